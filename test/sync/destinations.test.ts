import { startLdServices, type LdServices } from '../../sandbox/ld-services';
import { ldSettings } from '../../sandbox/settings';
import { readSettings } from '../../src/lib/settings';
import { explainCourse } from '../../src/lib/explain/course';
import { listWatermarks, planWatermarks, setWatermark } from '../../src/lib/sync/watermarks';
import { endPause } from '../../src/lib/sync/end-pause';
import { replayRecords } from '../../src/lib/sync/replay';
import { resync } from '../../src/lib/sync/resync';
import { sweep } from '../../src/lib/sync/run/sweep';
import { tick } from '../../src/lib/sync/tick';
import { workRun } from '../../src/lib/sync/run/work-run';
import type { Resync } from '../../src/lib/sync/resync';
import { destinationKinds } from '../../src/lib/destinations/registry';
import type { Run } from '../../src/lib/domain/run';
import { type Bridge, startBridge } from '../setup/bridge';
import { take, workQueue } from '../webhooks/hooks';

// A second destination of the kind that is at hand; what is tested is not the kind's.
let bridge: Bridge;
let other: LdServices;
beforeEach(async () => {
  other = await startLdServices({ keepBodies: true });
  bridge = await startBridge({
    sandbox: { khalibre: { courses: 10, learners: 5, webhook: undefined } },
    env: {
      DESTINATIONS: 'ld,other',
      DEST__other__kind: 'ld-services',
      ...ldSettings('DEST__other__', other),
    },
  });
});
afterEach(async () => {
  await bridge.stop();
  await other.stop();
});

const never = new AbortController().signal;
const first = () => bridge.sandbox.ldServices;
const work = (runs: readonly Run[]): Promise<Run[]> =>
  Promise.all(runs.map(({ runId }) => workRun(bridge.app.engine, runId, never)));
const sync = async (asked: Resync): Promise<Run[]> =>
  work(await resync(bridge.app.engine, bridge.app.settings.sources, asked, 'cli'));
const openEdx = { source: 'openedx' } as const;

test('each destination gets everything, with runs, watermark and ledger of its own', async () => {
  const runs = await sync(openEdx);
  expect(runs.map(({ kind, destination, state }) => `${kind} ${destination} ${state}`).sort()).toEqual([
    'catalog ld succeeded',
    'catalog other succeeded',
    'consumption ld succeeded',
    'consumption other succeeded',
  ]);
  expect(runs.find(({ destination }) => destination === 'other')?.runId).toMatch(
    /^openedx-catalog\.other-\d{8}T/,
  );
  expect(other.state.catalog.size).toBe(12);
  expect([...other.state.catalog.keys()].sort()).toEqual([...first().state.catalog.keys()].sort());
  expect([...other.state.consumption.keys()].sort()).toEqual([...first().state.consumption.keys()].sort());
  const watermarks = await listWatermarks(bridge.app.engine);
  expect(watermarks.map(({ source, destination }) => `${source} ${destination}`).sort()).toEqual([
    'openedx ld',
    'openedx other',
  ]);
  // One is cleared by hand: the other's ledger knows nothing of it.
  other.state.clear();
  const again = await sync({ ...openEdx, kind: 'catalog', mode: 'full', destination: 'other' });
  expect(again).toHaveLength(1);
  expect(again[0]?.counts.sent).toBe(12);
  const posts = first().state.posts.length;
  await sync({ ...openEdx, kind: 'catalog' });
  expect(first().state.posts).toHaveLength(posts);
});

test('one that is down fails alone, and delays no other', async () => {
  first().server.faults.set({ rate: 1, kinds: ['429-seconds'], retryAfterSeconds: 3_600 });
  const runs = await resync(bridge.app.engine, bridge.app.settings.sources, openEdx, 'cli');
  const well = runs.filter(({ destination }) => destination === 'other');
  expect((await work(well)).map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
  const [ill] = runs.filter(({ destination }) => destination === 'ld');
  const stop = AbortSignal.timeout(1_500);
  expect((await workRun(bridge.app.engine, ill!.runId, stop)).state).not.toBe('succeeded');
  const pauses = await bridge.app.engine.pauses.list(Date.now());
  expect(pauses.map(({ system }) => system)).toEqual(['ld-services']);
  first().server.faults.set();
  expect(await endPause(bridge.app.engine, 'ld-services')).toBe(true);
  expect((await workRun(bridge.app.engine, ill!.runId, never)).state).toBe('succeeded');
});

test('the other one pauses under a name of its own', async () => {
  other.server.faults.set({ rate: 1, kinds: ['429-seconds'], retryAfterSeconds: 3_600 });
  const [run] = await resync(
    bridge.app.engine,
    bridge.app.settings.sources,
    { ...openEdx, kind: 'catalog', destination: 'other' },
    'cli',
  );
  await workRun(bridge.app.engine, run!.runId, AbortSignal.timeout(1_500));
  const pauses = await bridge.app.engine.pauses.list(Date.now());
  expect(pauses.map(({ system }) => system)).toEqual(['dest-other']);
  expect((await sync({ ...openEdx, kind: 'catalog', destination: 'ld' }))[0]?.state).toBe('succeeded');
});

test('what one refuses is in its quarantine alone, and is replayed there', async () => {
  const [, course] = [...bridge.sandbox.openEdx.state.courses.keys()];
  other.state.poisoned.add(course!.replace('course-v1:', ''));
  const runs = await sync({ ...openEdx, kind: 'catalog' });
  expect(runs.map(({ destination, state }) => `${destination} ${state}`).sort()).toEqual([
    'ld succeeded',
    'other partial',
  ]);
  const listed = [];
  for await (const { id, feed } of bridge.app.engine.quarantine.list({ destination: 'other' }))
    listed.push({ id, feed });
  expect(listed).toEqual([
    {
      id: expect.stringMatching(/^openedx-catalog\.other-[0-9a-f]{16}$/) as string,
      feed: { source: 'openedx', kind: 'catalog', destination: 'other' },
    },
  ]);
  for await (const _ of bridge.app.engine.quarantine.list({ destination: 'ld' }))
    throw new Error('not its own');
  other.state.poisoned.clear();
  const { replayed, runs: started } = await replayRecords(bridge.app.engine, 'cli', [listed[0]!.id]);
  expect(replayed).toBe(1);
  expect((await work(started)).map(({ destination, state }) => `${destination} ${state}`)).toEqual([
    'other succeeded',
  ]);
  expect(await bridge.app.engine.quarantine.count(10)).toBe(0);
});

test('an event reaches every destination; one that is down is tried again, the others have it', async () => {
  await sync({ source: 'khalibre', kind: 'catalog' });
  const [course] = bridge.sandbox.khalibre!.state.listed().filter(({ visible }) => visible);
  const nameAt = ({ state }: LdServices): unknown => state.catalog.get(`17|${course!.id}`)?.record.Name;
  bridge.sandbox.khalibre!.state.putCourse({ id: course!.id, title: 'Brand new' });
  first().server.faults.set({ rate: 1, kinds: ['500'] });
  const eventId = await take(bridge.app, { eventType: 'course.updated', courseId: course!.id });
  await workQueue(bridge.app);
  expect(nameAt(other)).toContain('Brand new');
  expect(nameAt(first())).not.toContain('Brand new');
  expect(await bridge.app.engine.inbox.read(eventId)).toMatchObject({ state: 'received', attempts: 1 });
  first().server.faults.set();
  const posts = other.state.posts.length;
  const later = bridge.another({ now: () => Date.now() + 3_600_000 });
  await sweep(later.engine);
  await workQueue(later);
  expect(await bridge.app.engine.inbox.read(eventId)).toMatchObject({ state: 'applied' });
  expect(nameAt(first())).toContain('Brand new');
  expect(other.state.posts).toHaveLength(posts);
});

test('a timer starts each feed of each destination', async () => {
  const runs = await tick(bridge.app.engine, bridge.app.settings, 'catalog');
  expect(runs.map(({ source, destination }) => `${source} ${destination}`).sort()).toEqual([
    'khalibre ld',
    'khalibre other',
    'openedx ld',
    'openedx other',
  ]);
});

test('rows from before there were other destinations are those of ld, and go on', async () => {
  const { storage, engine } = bridge.app;
  const [course] = [...bridge.sandbox.openEdx.state.courses.keys()];
  first().state.poisoned.add(course!.replace('course-v1:', ''));
  await sync({ ...openEdx, kind: 'catalog', destination: 'ld' });
  first().state.poisoned.clear();
  await sync({ ...openEdx, kind: 'consumption', destination: 'ld' });
  for (const name of ['feeds', 'runs', 'quarantine'] as const) {
    const table = storage.table(name);
    for await (const row of table.listEntities()) {
      if (row.destination === undefined) continue;
      expect(row.destination).toBe('ld');
      const { destination: _, timestamp: __, etag: ___, ...older } = row;
      await table.upsertEntity(older as never, 'Replace');
    }
  }
  const runs = [];
  for await (const { destination, kind } of engine.runs.list({ destination: 'ld' }))
    runs.push({ destination, kind });
  expect(runs).toHaveLength(2);
  for await (const _ of engine.runs.list({ destination: 'other' })) throw new Error('not its own');
  const [mark] = await listWatermarks(engine);
  expect(mark).toMatchObject({ source: 'openedx', destination: 'ld' });
  const { runs: replayed } = await replayRecords(engine, 'cli');
  expect((await work(replayed)).map(({ destination, state }) => `${destination} ${state}`)).toEqual([
    'ld succeeded',
  ]);
  const again = await sync({ ...openEdx, destination: 'ld' });
  expect(again.map(({ counts }) => counts.sent)).toEqual([0, 0]);
});

test('a source says where its records go, and an operator may name one destination', async () => {
  const app = bridge.another({}, { LMS__openedx__destinations: 'other' });
  const start = (asked: Resync) =>
    resync(app.engine, app.settings.sources, { ...asked, dryRun: true }, 'cli');
  const runs = await start({});
  expect(new Set(runs.map(({ source, destination }) => `${source} ${destination}`))).toEqual(
    new Set(['openedx other', 'khalibre ld', 'khalibre other']),
  );
  await expect(start({ source: 'openedx', destination: 'ld' })).rejects.toThrow(
    'The records of openedx do not go to ld; they go to other',
  );
  await expect(start({ destination: 'nowhere' })).rejects.toThrow(
    'There is no destination nowhere; DESTINATIONS names ld, other',
  );
  const change = await planWatermarks(bridge.app.engine, openEdx, '2026-01-31T00:00:00Z');
  for (const one of change) await setWatermark(bridge.app.engine, one);
  expect(
    (await listWatermarks(bridge.app.engine)).map(({ destination, value }) => `${destination} ${value}`),
  ).toEqual(['ld 2026-01-31T00:00:00Z', 'other 2026-01-31T00:00:00Z']);
  const [course] = [...bridge.sandbox.openEdx.state.courses.keys()];
  expect(await explainCourse(app.engine, openEdx, course!, never)).toMatchObject({ destination: 'other' });
});

describe('settings', () => {
  const read = (more: Record<string, string>) => readSettings({ ...bridge.env, ...more });

  test('a destination that is wrong fails alone', () => {
    const result = read({ DEST__other__baseUrl: 'nonsense', DESTINATIONS: 'ld,other' });
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    expect(result.settings.destinations).toEqual([
      expect.objectContaining({ id: 'ld', ok: true }),
      expect.objectContaining({
        id: 'other',
        ok: false,
        problems: [expect.objectContaining({ setting: 'DEST__other__baseUrl' })],
      }),
    ]);
  });

  test.each([
    [
      { DESTINATIONS: 'ld,LD2' },
      'DESTINATIONS holds “LD2”: an id is made of lower-case letters and digits, 32 at the most',
    ],
    [{ DESTINATIONS: 'ld,ld' }, 'DESTINATIONS names the destination ld twice; take one out'],
    [
      { DESTINATIONS: 'x', DEST__x__kind: 'nothing' },
      `DEST__x__kind must be one of ${Object.keys(destinationKinds).join(', ')}`,
    ],
    [{ DESTINATIONS: 'x' }, 'DEST__x__kind is missing: What it is.'],
  ])('%j is told in a sentence', (more, sentence) => {
    const result = read(more);
    const problems = result.ok ? [] : result.problems;
    expect(problems.map(({ setting, message }) => `${setting} ${message}`).join('\n')).toContain(sentence);
  });

  test('a source cannot name a destination that is not there; settings of no destination are a warning', () => {
    const result = read({ LMS__openedx__destinations: 'ld,lost', DEST__otehr__kind: 'ld-services' });
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    expect(result.settings.sources[0]).toMatchObject({
      ok: false,
      problems: [
        {
          setting: 'LMS__openedx__destinations',
          message: 'names lost, which DESTINATIONS does not; it names ld, other',
        },
      ],
    });
    expect(result.settings.warnings).toEqual([
      {
        setting: 'DEST__otehr__kind',
        message: 'belongs to no destination of DESTINATIONS; did you mean DEST__other__kind?',
      },
    ]);
  });
});
