import { fillQuarantine } from '../../bench/fill';
import { listQuarantine, replayQuarantine } from '../../src/lib/api/quarantine';
import type { App } from '../../src/lib/app';
import { utc } from '../../src/lib/domain/time';
import { quarantineId } from '../../src/lib/store/quarantine-rows';
import { startRun } from '../../src/lib/sync/run/start';
import { workRun } from '../../src/lib/sync/run/work-run';
import type { Bridge } from '../setup/bridge';
import { Counted } from '../setup/counted';
import type { StorageProxy } from '../setup/storage-proxy';

let counted: Counted;
let bridge: Bridge;
let proxy: StorageProxy;
let app: App;
beforeEach(async () => {
  counted = await Counted.start();
  ({ bridge, app, proxy } = counted);
});
afterEach(() => counted.stop());

const consumption = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
const catalog = { ...consumption, kind: 'catalog' } as const;
const history = (feed: typeof consumption | typeof catalog, howMany: number): Promise<void> =>
  fillQuarantine(bridge.app.storage, feed, howMany, () => Date.now() - 3600_000);

const asked = (what: () => Promise<unknown>) => counted.asked(what, 'quarantine');

async function work(kind: 'catalog' | 'consumption', courseId?: string): Promise<void> {
  const request = courseId === undefined ? {} : { courseId };
  const options = { trigger: 'cli', mode: 'full', request } as const;
  const { runId } = await startRun(app.engine, { ...consumption, kind }, options);
  const run = await workRun(app.engine, runId, new AbortController().signal);
  expect(run.state).toBe('succeeded');
}

test('a slice of one course costs as much with 5,000 records in quarantine as with 2,500', async () => {
  const [courseId = ''] = bridge.sandbox.openEdx.state.courses.keys();
  await history(catalog, 2_500);
  const few = await asked(() => work('catalog', courseId));
  await history(catalog, 2_500);
  const many = await asked(() => work('catalog', courseId));
  expect(many).toEqual(few);
  expect(many.calls).toBe(2);
  expect(many.rows).toBeLessThan(1_010);
});

test('a slice of many records reads the quarantine once at the most, however many ask for it', async () => {
  await history(consumption, 3_000);
  const { calls, rows } = await asked(() => work('consumption'));
  // 300 results: three pages of a thousand, and some asked for by themselves before that.
  expect(calls).toBeLessThanOrEqual(8);
  expect(rows).toBeLessThan(3_100);
});

test('an empty quarantine costs a slice one call', async () => {
  expect(await asked(() => work('catalog'))).toEqual({ calls: 1, rows: 0 });
});

test.each([0, 2_500])(
  'a record that is delivered later leaves a quarantine of %i others, and nothing else does',
  async (others) => {
    await history(catalog, others);
    const { quarantine } = bridge.app.engine;
    const [first = '', second = ''] = bridge.sandbox.openEdx.state.courses.keys();
    const ids = [first, second].map((key) => quarantineId(catalog, key, undefined));
    const bad = { feed: catalog, runId: 'r', reason: 'odd', status: undefined, courseId: undefined, raw: {} };
    for (const id of ids) await quarantine.put({ ...bad, id, at: utc(Date.now()) });
    await work('catalog', first);
    expect(await quarantine.read(ids[0]!)).toBeUndefined();
    expect(await quarantine.read(ids[1]!)).toBeDefined();
    expect(await quarantine.count(5_000)).toBe(others + 1);
    await work('catalog');
    expect(await quarantine.count(5_000)).toBe(others);
  },
);

test('what comes into a large quarantine after a piece of work has begun is not its own to clear', async () => {
  await history(catalog, 2_500);
  const { quarantine } = bridge.app.engine;
  const keys = ['0', '8', 'f'].map((digit) => `${digit}1`.repeat(8));
  const put = (key: string) =>
    quarantine.put({
      id: `openedx-catalog-${key}`,
      feed: catalog,
      runId: 'r',
      reason: 'odd',
      status: undefined,
      courseId: undefined,
      at: utc(Date.now()),
      raw: {},
    });
  await put(keys[1]!);
  const lookup = await quarantine.lookUp(catalog);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await put(keys[0]!);
  await put(keys[2]!);
  // By itself, and then with so many others that all are read.
  expect(await lookup.find([keys[2]!])).toEqual([]);
  expect(await lookup.find(keys)).toEqual([keys[1]]);
});

test('lists read what they show, whatever they are filtered by, and no row of a source', async () => {
  await history(consumption, 1_500);
  await history(catalog, 120);
  const before = proxy.calls.length;
  const all = await asked(() => listQuarantine(app, { limit: 50 }));
  expect(all).toEqual({ calls: 1, rows: 51 });
  const byKind = await asked(() => listQuarantine(app, { limit: 50, kind: 'consumption' }));
  expect(byKind.rows).toBeLessThanOrEqual(51 + 3);
  expect(byKind.calls).toBeLessThanOrEqual(4);
  const ofNone = await asked(() => listQuarantine(app, { limit: 50, source: 'khalibre' }));
  expect(ofNone).toEqual({ calls: 1, rows: 1 });
  for (const { method, path } of proxy.calls.slice(before))
    if (method === 'GET' && path.includes('/quarantine(')) expect(path).toContain('$select=');
});

test('pages of a filtered list follow each other to the end', async () => {
  await history(consumption, 30);
  await history(catalog, 30);
  const ids: string[] = [];
  let next: string | undefined;
  do {
    const query = { limit: 20, source: 'openedx', next };
    const answer = await listQuarantine(app, query);
    const page = JSON.parse(answer.body ?? '') as { records: { id: string }[]; next?: string };
    ids.push(...page.records.map(({ id }) => id));
    next = page.next;
  } while (next !== undefined);
  expect(ids).toHaveLength(60);
  expect(ids).toEqual([...new Set(ids)].sort());
});

test('a replay of named records reads these alone', async () => {
  await history(catalog, 1_500);
  const ids: string[] = [];
  for await (const { id } of bridge.app.engine.quarantine.list({ pageSize: 3 }))
    if (ids.push(id) === 3) break;
  const { calls, rows } = await asked(async () => {
    const answer = await replayQuarantine(app, { ids: [...ids, 'openedx-catalog-0123456789abcdef'] }, 'x');
    expect(JSON.parse(answer.body ?? '')).toMatchObject({ replayed: 3 });
  });
  expect({ calls, rows }).toEqual({ calls: 4, rows: 3 });
});
