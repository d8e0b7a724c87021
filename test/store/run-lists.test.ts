import { fillRuns, oldRun } from '../../bench/fill';
import { listRuns } from '../../src/lib/api/runs';
import type { App } from '../../src/lib/app';
import type { Feed } from '../../src/lib/domain/feed';
import type { Run } from '../../src/lib/domain/run';
import type { RunFilter } from '../../src/lib/store/run-listing';
import { purge } from '../../src/lib/sync/purge';
import { sweep } from '../../src/lib/sync/run/sweep';
import { startRun } from '../../src/lib/sync/run/start';
import { workRun } from '../../src/lib/sync/run/work-run';
import type { Bridge } from '../setup/bridge';
import { Counted } from '../setup/counted';
import type { StorageProxy } from '../setup/storage-proxy';

const hour = 3600_000;
const day = 24 * hour;
let now = Date.now();
let counted: Counted;
let bridge: Bridge;
let proxy: StorageProxy;
let app: App;
beforeEach(async () => {
  now = Date.now();
  counted = await Counted.start({ overrides: { now: () => now } });
  ({ bridge, app, proxy } = counted);
});
afterEach(() => counted.stop());

const consumption: Feed = { source: 'openedx', kind: 'consumption', destination: 'ld' };
const catalog: Feed = { ...consumption, kind: 'catalog' };
const never = new AbortController().signal;

async function listed(filter: RunFilter = {}, from = app): Promise<string[]> {
  const ids: string[] = [];
  for await (const { runId } of from.engine.runs.list(filter)) ids.push(runId);
  return ids;
}

const asked = (work: () => Promise<unknown>) => counted.asked(work);

const list = (query: Parameters<typeof listRuns>[1]) => listRuns(app, query, 'http://localhost/api');

const history = (howMany: number, before: number, feed = consumption): Run[] =>
  Array.from({ length: howMany }, (_, i) =>
    oldRun(feed, before - (i + 1) * 600_000, i % 100 === 50 ? 'failed' : 'succeeded'),
  );
const idsOf = (runs: readonly Run[]): string[] => runs.map(({ runId }) => runId);

/** Since there is a row of it, all runs of the store are new. */
const begin = (): Promise<unknown> => startRun(bridge.app.engine, catalog, { trigger: 'cli', dryRun: true });

test('lists of 400 runs read what they show, whatever they are filtered by', async () => {
  await begin();
  await fillRuns(bridge.app.storage, history(400, now - hour));
  await list({ limit: 1 });
  // The one that has not ended is read where it stands, and why it waits.
  expect(await asked(() => list({ limit: 50 }))).toEqual({ calls: 3, rows: 52 });
  const byFeed = { ...consumption, limit: 50 };
  expect(await asked(() => list(byFeed))).toEqual({ calls: 1, rows: 51 });
  expect(await asked(() => list({ ...byFeed, state: 'failed' }))).toEqual({ calls: 1, rows: 4 });
  expect(await asked(() => list({ state: 'failed', limit: 50 }))).toEqual({ calls: 1, rows: 4 });
  expect(await asked(() => list({ state: 'cancelled', limit: 50 }))).toEqual({ calls: 1, rows: 0 });
  const open = await asked(() => list({ state: 'waiting', limit: 50 }));
  expect(open).toEqual({ calls: 3, rows: 2 });
  const bySource = await asked(() => list({ source: 'openedx', limit: 50 }));
  expect(bySource.calls).toBeLessThanOrEqual(4);
  expect(bySource.rows).toBeLessThanOrEqual(56);
});

test('runs are listed from their start to their end, in the state that they are in', async () => {
  const [first] = await Promise.all([bridge.sync('catalog')]);
  now += 2_000;
  const waiting = await startRun(bridge.app.engine, consumption, { trigger: 'cli' });
  expect(await listed()).toEqual([waiting.runId, first.runId]);
  expect(await listed({ state: 'waiting' })).toEqual([waiting.runId]);
  expect(await listed({ state: 'succeeded' })).toEqual([first.runId]);
  expect(await listed({ kind: 'catalog' })).toEqual([first.runId]);
  expect(await listed({ after: waiting.runId })).toEqual([first.runId]);
  const ended = await workRun(bridge.app.engine, waiting.runId, never);
  for await (const run of app.engine.runs.list({ state: 'succeeded', kind: 'consumption' }))
    expect(run).toEqual(ended);
  expect(await listed({ state: 'waiting' })).toEqual([]);
  expect(await listed({ state: 'succeeded' })).toEqual([waiting.runId, first.runId]);
});

test('a worker that dies right after a run has ended hides it from no list', async () => {
  const engine = bridge.another(
    {
      onStep: (step) => {
        if (step === 'finish') proxy.mood = { type: 'refuses', status: 403, only: dies };
      },
    },
    { AzureWebJobsStorage: proxy.connectionString },
  ).engine;
  const dies = (method: string, path: string): boolean => method === 'POST' && path.includes('$batch');
  const { runId } = await startRun(engine, catalog, { trigger: 'cli' });
  // The run's row says that it has ended; what was to follow was refused.
  expect(await workRun(engine, runId, never)).toMatchObject({ state: 'succeeded' });
  expect(proxy.mood).toMatchObject({ type: 'refuses' });
  proxy.mood = { type: 'works' };
  // As it is, and not as it was noted.
  for await (const run of app.engine.runs.list()) expect(run.state).toBe('succeeded');
  await sweep(bridge.app.engine);
  expect(await listed({ state: 'succeeded' })).toEqual([runId]);
});

test('a worker that dies before a run is written leaves a name that leads nowhere, and is passed over', async () => {
  await begin();
  const [before] = await listed();
  proxy.mood = {
    type: 'refuses',
    status: 403,
    only: (method, path) => method === 'POST' && path.endsWith('/runs'),
  };
  await expect(startRun(app.engine, consumption, { trigger: 'cli' })).rejects.toThrow();
  proxy.mood = { type: 'works' };
  expect(await listed()).toEqual([before]);
  now += 40 * day;
  await purge(app.engine, 30);
  expect(await listed({}, bridge.app)).toEqual([before]);
});

test('runs of a version of the app that kept no lists are listed behind those of this one', async () => {
  const old = history(30, now - hour);
  await fillRuns(bridge.app.storage, old, true);
  expect(await listed()).toEqual(idsOf(old));
  await begin();
  // Workers of the version before may be at work for a while beside the first of this one.
  const beside = [oldRun(consumption, now + 60_000), oldRun(catalog, now + 30_000, 'failed')];
  await fillRuns(bridge.app.storage, beside, true);
  now += hour;
  const { runId } = await bridge.sync('catalog');
  const all = await listed();
  expect(all.slice(0, 3)).toEqual([runId, ...idsOf(beside)]);
  expect(all.slice(4)).toEqual(idsOf(old));
  expect(await listed({ ...consumption, state: 'succeeded' })).toEqual(idsOf([beside[0]!, ...old]));
  expect(await listed({ after: beside[1]!.runId })).toEqual(all.slice(3));
  expect((await listed({ pageSize: 2, after: old[9]!.runId })).slice(0, 2)).toEqual(idsOf(old.slice(10, 12)));
});

test('runs that are purged leave their lists, those of the version before as well', async () => {
  await fillRuns(bridge.app.storage, history(5, now - 40 * day), true);
  await begin();
  now += hour;
  await bridge.sync('catalog');
  await bridge.sync('consumption');
  now += 31 * day;
  const kept = await bridge.sync('catalog');
  await purge(app.engine, 30);
  const all = await listed();
  expect(all[0]).toBe(kept.runId);
  // The dry run has not ended: it stays.
  expect(all).toHaveLength(2);
  const rows: string[] = [];
  for await (const { partitionKey = '', rowKey = '' } of bridge.app.storage.table('runs').listEntities())
    if (partitionKey === 'lists') rows.push(rowKey.split('~')[0]!);
  expect(rows.sort()).toEqual(
    [
      'all',
      'all',
      'all_succeeded',
      'feeds',
      'feeds',
      'openedx-catalog',
      'openedx-catalog',
      'openedx-catalog_succeeded',
    ].sort(),
  );
});
