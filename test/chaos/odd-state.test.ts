import { startRun } from '../../src/lib/sync/run/start';
import { tick } from '../../src/lib/sync/tick';
import { sweep } from '../../src/lib/sync/run/sweep';
import type { Run } from '../../src/lib/domain/run';
import type { TableName } from '../../src/lib/store/storage';
import { type Bridge, startBridge, until } from '../setup/bridge';
import { buildWorker, endWorkers, removeWorker, startWorker } from './processes';

beforeAll(buildWorker);
afterAll(removeWorker);

const consumption = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
let bridge: Bridge;
afterEach(async () => {
  await endWorkers();
  await bridge.stop();
});

const posts = (): number => bridge.sandbox.ldServices.state.posts.length;

const ended = ({ runId }: Run): Promise<void> =>
  until(
    'the run has succeeded',
    async () => (await bridge.app.engine.runs.read(runId))?.state === 'succeeded',
  );

/** Changes the first row of a table whose key fits. */
async function spoil(name: TableName, key: RegExp, change: Record<string, unknown>): Promise<void> {
  const table = bridge.app.storage.table(name);
  for await (const row of table.listEntities())
    if (key.test(row.rowKey ?? '')) {
      const { partitionKey = '', rowKey = '' } = row;
      await table.updateEntity({ partitionKey, rowKey, ...change }, 'Merge', { etag: '*' });
      return;
    }
  throw new Error(`The table ${name} has no such row`);
}

test('a watermark in the future is an error that says so, and stays where it is', async () => {
  bridge = await startBridge();
  const watermark = '2099-01-01T00:00:00Z' as never;
  await bridge.app.engine.feeds.update(consumption, () => ({ watermark }));
  const run = await bridge.sync('consumption');
  expect(run).toMatchObject({ state: 'failed', counts: { read: 0 } });
  expect(run.error).toContain('lies in the future');
  expect(await bridge.app.engine.feeds.read(consumption)).toMatchObject({ watermark, activeRun: undefined });
  expect(posts()).toBe(0);
});

test('a catalog ledger of another version fails the run at its first attempt, and nothing is sent', async () => {
  bridge = await startBridge();
  await bridge.sync('catalog');
  const before = posts();
  await spoil('ledgercatalog', /./, { v: 2 });
  const run = await bridge.sync('catalog', { mode: 'full' });
  expect(run).toMatchObject({ state: 'failed', slices: { total: 1, failed: 1 } });
  expect(run.error).toContain('version 2');
  const slice = await bridge.app.engine.runs.readSlice(run, 1);
  expect(slice?.attempts).toBe(1);
  expect(posts()).toBe(before);
});

test('a learner ledger of another version fails its course alone', async () => {
  bridge = await startBridge({
    env: { LMS__openedx__grades: 'courses' },
    sandbox: { openEdx: { courses: 3, grades: 60 } },
  });
  await bridge.sync('consumption');
  await spoil('ledgerlearners', /^records-/, { v: 2 });
  const run = await bridge.sync('consumption');
  expect(run).toMatchObject({ state: 'failed', slices: { total: 3, done: 2, failed: 1 } });
  expect(run.error).toContain('version 2');
});

test('learner records that cannot be read are sent again, not taken for sent', async () => {
  bridge = await startBridge({
    env: { LMS__openedx__grades: 'courses' },
    sandbox: { openEdx: { courses: 3, grades: 60 } },
  });
  await bridge.sync('consumption');
  await spoil('ledgerlearners', /^records-/, { recordsLength: 7 });
  const run = await bridge.sync('consumption');
  expect(run.state).toBe('succeeded');
  expect(run.counts.sent).toBeGreaterThan(5);
  expect(run.counts.sent + run.counts.unchanged).toBe(60);
  expect((await bridge.sync('consumption')).counts).toMatchObject({ sent: 0, unchanged: 60 });
});

test('a run of another version is named by the sweep and holds up no other', async () => {
  bridge = await startBridge();
  const { engine, storage } = bridge.app;
  await startRun(engine, { source: 'openedx', kind: 'catalog', destination: 'ld' }, { trigger: 'cli' });
  await spoil('runs', /^run$/, { v: 2 });
  const good = await startRun(engine, consumption, { trigger: 'cli' });
  await storage.queue('sync-runs').clearMessages();
  await expect(sweep(engine)).rejects.toThrow('version 2');
  const { peekedMessageItems } = await storage.queue('sync-runs').peekMessages();
  expect(peekedMessageItems).toHaveLength(1);
  const worker = startWorker(bridge.env);
  await ended(good);
  expect(worker.child.exitCode).toBeNull();
});

test('messages of another version are set aside, and the worker goes on', async () => {
  bridge = await startBridge();
  const { storage, engine } = bridge.app;
  for (const queue of ['sync-runs', 'sync-slices'] as const)
    await storage.queue(queue).sendMessage(Buffer.from('{"v":2,"work":["a","b"]}').toString('base64'));
  const worker = startWorker(bridge.env, { retrySeconds: 0 });
  const run = await startRun(engine, consumption, { trigger: 'cli' });
  await ended(run);
  await worker.says('not of this version');
  await Promise.all(
    ['sync-runs', 'sync-slices'].map((name) => worker.says(`set aside a message of ${name}`)),
  );
  expect(worker.child.exitCode).toBeNull();
});

test('a feed whose row is of another version is named by the tick and holds up no other source', async () => {
  bridge = await startBridge();
  const more = Object.entries(bridge.env).map(([name, value]) => [
    name.replace('__openedx__', '__other__'),
    value,
  ]);
  const env = { ...(Object.fromEntries(more) as Record<string, string>), LMS_SOURCES: 'openedx,other' };
  const { engine, settings } = bridge.another({}, env);
  await engine.feeds.update(consumption, () => ({ watermark: '2020-01-01T00:00:00Z' as never }));
  await spoil('feeds', /^feed$/, { v: 2 });
  await expect(tick(engine, settings, 'consumption')).rejects.toThrow('version 2');
  const started: string[] = [];
  for await (const { source } of engine.runs.list()) started.push(source);
  expect(started).toEqual(['other']);
});

test('a feed whose row is of another version is named by the sweep, and all others are swept', async () => {
  bridge = await startBridge();
  const { engine } = bridge.app;
  const catalog = { source: 'openedx', kind: 'catalog', destination: 'ld' } as const;
  // The first in the table's order, and the one that has lost its end: both are looked at.
  await engine.feeds.update(catalog, () => ({ activeRun: 'openedx-catalog-20200101T000000Z' }));
  await engine.feeds.update(consumption, () => ({ watermark: '2020-01-01T00:00:00Z' as never }));
  const gone = { activeRun: 'another-catalog-20200101T000000Z' };
  await engine.feeds.update({ source: 'another', kind: 'catalog', destination: 'ld' }, () => gone);
  await spoil('feeds', /^feed$/, { v: 2 });
  bridge.logged.length = 0;
  await expect(sweep(engine)).rejects.toThrow(
    'The state of the feed another-catalog is stored in version 2, this app reads version 1; deploy the version that wrote it, or delete the row',
  );
  const lines = bridge.logged.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.filter(({ message }) => message === 'cannot be repaired')).toMatchObject([
    { what: 'another-catalog' },
  ]);
  expect(lines.find(({ message }) => message === 'feed watermark')).toMatchObject(consumption);
  expect(lines.at(-1)).toMatchObject({ message: 'sweep done' });
  expect((await engine.feeds.read(catalog)).activeRun).toBeUndefined();
});
