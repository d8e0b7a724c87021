import { finishRun } from '../../src/lib/sync/run/finish';
import { planRun } from '../../src/lib/sync/run/plan';
import { purge } from '../../src/lib/sync/purge';
import { workSlice } from '../setup/one-slice';
import { startRun } from '../../src/lib/sync/run/start';
import { sweep } from '../../src/lib/sync/run/sweep';
import { Tally } from '../../src/lib/sync/deliver/tally';
import { planWatermarks, setWatermark } from '../../src/lib/sync/watermarks';
import { workRun } from '../../src/lib/sync/run/work-run';
import { rowKeys } from '../../src/lib/store/inbox-rows';
import { utc } from '../../src/lib/domain/time';
import { RetryableError } from '../../src/lib/errors';
import { manualClock } from '../http/fixed-clock';
import { type Bridge, leasesIn, startBridge } from '../setup/bridge';
import { startStorageProxy } from '../setup/storage-proxy';
import { settle, take, workQueue } from '../webhooks/hooks';

/*
 * Two live workers, or a worker and an operator, in the order that does the most harm.
 */

const never = new AbortController().signal;
const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
let bridge: Bridge;
let now: number;
beforeEach(async () => {
  now = Date.now();
  bridge = await startBridge({
    sandbox: { openEdx: { courses: 4, learners: 10, grades: 30 } },
    overrides: { now: () => now },
  });
});
afterEach(() => bridge.stop());

/** Stands still at a point until it is told to go on. */
function gate(): { reached: Promise<void>; pass: () => Promise<void>; open: () => void } {
  let reach = (): void => undefined;
  let open = (): void => undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { reached, open: () => open(), pass: () => (reach(), opened) };
}

/** An object with another method in the place of one. */
const instead = <T extends object, K extends keyof T>(of: T, name: K, method: T[K]): T =>
  new Proxy(of, {
    get(target, key) {
      if (key === name) return method;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });

test('a finisher that stalled does not undo what the operator set since', async () => {
  const { engine } = bridge.app;
  const stall = gate();
  // It has read all slices, and stands still right before it writes.
  const feeds = instead(engine.feeds, 'update', async (...args) => {
    await stall.pass();
    return engine.feeds.update(...args);
  });
  const { runId } = await startRun(engine, feed, { trigger: 'cli' });
  await planRun(engine, runId, never);
  await workSlice(
    { ...engine, onStep: (step) => (step === 'finish' ? Promise.reject(new Error('dies')) : undefined) },
    runId,
    1,
    never,
  ).catch(() => undefined);
  const stalled = finishRun({ ...engine, feeds }, runId);
  await stall.reached;
  const run = await workRun(engine, runId, never);
  expect(run.state).toBe('succeeded');
  const [set] = await planWatermarks(engine, { source: 'openedx' }, '2026-01-31T00:00:00Z');
  await setWatermark(engine, set!);
  stall.open();
  await stalled;
  expect((await engine.feeds.read(feed)).watermark).toBe('2026-01-31T00:00:00Z');
});

test('a worker that lost its lease puts nothing into quarantine', async () => {
  const { engine } = bridge.app;
  const clock = manualClock(Date.now());
  const leases = leasesIn(bridge.env, { ...clock, renewMs: 3_600_000 });
  const proxy = await startStorageProxy(bridge.env.AzureWebJobsStorage ?? '');
  try {
    const tally = new Tally(engine, { runId: 'run-1', dryRun: false }, feed);
    const lease = await leases.acquire('slice-run-1-1');
    tally.hold = lease;
    await tally.quarantine({ key: 'a', raw: {}, reason: 'while it held it' });
    await lease!.release();
    // As one whose process stood still: its successor has the lease now, and delivered the record.
    await leases.acquire('slice-run-1-1');
    await clock.advance(60_001);
    await expect(tally.quarantine({ key: 'b', raw: {}, reason: 'too late' })).rejects.toThrow('lease');
    const kept = [];
    for await (const { reason } of engine.quarantine.list()) kept.push(reason);
    expect(kept).toEqual(['while it held it']);
  } finally {
    await proxy.stop();
  }
});

test('a batch of enrolments that is created once more leaves what is under way alone', async () => {
  const { enrolments } = bridge.app.engine;
  const rows = [1, 2, 3].map((row) => ({ row, source: 'openedx', asked: JSON.stringify({ row }) }));
  const batch = { batchId: 'batch-1', action: 'enrol', createdAt: now, rows } as const;
  await enrolments.create(batch);
  for await (const row of enrolments.rows('batch-1', { after: 1 }))
    await enrolments.end(row, { state: 'failed' });
  // What the other call has not seen when it looked: the row that makes it a batch is written last.
  await bridge.app.storage.table('enrolments').deleteEntity('batch-1', 'batch');
  await enrolments.create(batch);
  expect(await enrolments.count('batch-1')).toEqual({ done: 0, failed: 2, pending: 1 });
  expect(await enrolments.read('batch-1')).toMatchObject({ state: 'running', total: 3 });
});

test('a place in line whose event is gone is removed, and holds up nobody', async () => {
  const { engine, storage } = bridge.app;
  const [courseId] = [...bridge.sandbox.openEdx.state.courses.keys()];
  const body = { type: 'course.updated', courseId };
  const gone = await take(bridge.app, body, undefined, 'openedx');
  const event = (await engine.inbox.read(gone))!;
  const keys = rowKeys(event);
  for (const rowKey of [keys.event, keys.raw]) await storage.table('inbox').deleteEntity('openedx', rowKey);
  now += 1;
  const next = await take(bridge.app, { ...body, again: true }, undefined, 'openedx');
  await workQueue(bridge.app);
  expect(await engine.inbox.read(next)).toMatchObject({ state: 'received' });
  now += 60_000;
  await sweep(engine);
  now += 60_000;
  await sweep(engine);
  await settle(bridge.app);
  expect(await engine.inbox.read(next)).toMatchObject({ state: 'applied' });
});

test('A, then B, then A again have another key each time, though one slice sends them', async () => {
  const { engine } = bridge.app;
  const [row] = [...bridge.sandbox.openEdx.state.grades];
  for (const grade of [...bridge.sandbox.openEdx.state.grades])
    if (grade !== row) bridge.sandbox.openEdx.state.removeGrade(grade.learner.email, grade.courseId);
  const first = Math.floor(Date.now() / 1_000) * 1_000 - 60_000;
  const become = (percent: number): void => {
    const { learner, courseId } = row!;
    bridge.sandbox.openEdx.state.grade({ email: learner.email, courseId, percent, modified: first });
  };
  become(0.95);
  const { runId } = await startRun(engine, feed, { trigger: 'cli' });
  await planRun(engine, runId, never);
  // The batch arrives, and then the worker fails.
  const fails = { ...engine, onStep: failing };
  for (const percent of [0.95, 0.1]) {
    become(percent);
    await workSlice(fails, runId, 1, never);
    now += 60_000;
  }
  become(0.95);
  await workSlice(engine, runId, 1, never);
  const { posts } = bridge.sandbox.ldServices.state;
  expect(posts.map(({ sha256 }) => sha256)).toEqual([posts[0]?.sha256, expect.anything(), posts[0]?.sha256]);
  expect(posts[1]?.sha256).not.toBe(posts[0]?.sha256);
  expect(new Set(posts.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
});

const failing = (step: string): void => {
  if (step === 'before done') throw new RetryableError('away');
};

test('a run whose removal fails is found, and removed, by the next purge', async () => {
  const proxy = await startStorageProxy(bridge.env.AzureWebJobsStorage ?? '');
  try {
    const { runId } = await bridge.sync('consumption');
    now += 40 * 24 * 3600_000;
    const app = bridge.another({}, { AzureWebJobsStorage: proxy.connectionString });
    let refused = 0;
    const only = (method: string, path: string): boolean =>
      method === 'POST' && path.includes('$batch') && ++refused > 0;
    proxy.mood = { type: 'refuses', status: 403, only };
    await expect(purge(app.engine, 30)).rejects.toThrow();
    expect(refused).toBeGreaterThan(0);
    expect(await app.engine.runs.read(runId)).toBeDefined();
    proxy.mood = { type: 'works' };
    await purge(app.engine, 30);
    expect(await app.engine.runs.read(runId)).toBeUndefined();
  } finally {
    await proxy.stop();
  }
});

test('a row that cannot be purged costs itself', async () => {
  const proxy = await startStorageProxy(bridge.env.AzureWebJobsStorage ?? '');
  try {
    const { quarantine } = bridge.app.engine;
    const record = {
      feed,
      runId: 'r',
      reason: 'old',
      status: undefined,
      at: utc(now),
      courseId: undefined,
      raw: {},
    };
    const ids = [1, 2, 3].map((n) => `openedx-consumption-${String(n).repeat(16)}`);
    for (const id of ids) await quarantine.put({ ...record, id });
    const { runId } = await bridge.sync('consumption');
    now += 40 * 24 * 3600_000;
    const app = bridge.another({}, { AzureWebJobsStorage: proxy.connectionString });
    let transactions = 0;
    const only = (method: string, path: string): boolean =>
      path.includes('$batch')
        ? transactions++ === 0
        : method === 'DELETE' && path.includes('2222222222222222');
    proxy.mood = { type: 'refuses', status: 403, only };
    await expect(purge(app.engine, 30)).rejects.toThrow();
    const left: string[] = [];
    for await (const { id } of quarantine.list(feed)) left.push(id);
    expect(left).toEqual([ids[1]]);
    expect(await app.engine.runs.read(runId)).toBeUndefined();
  } finally {
    await proxy.stop();
  }
});
