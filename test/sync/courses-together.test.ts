import type { Run } from '../../src/lib/domain/run';
import { planRun } from '../../src/lib/sync/run/plan';
import { toKey } from '../../src/lib/store/keys';
import { LeaseStore } from '../../src/lib/store/leases';
import { startRun } from '../../src/lib/sync/run/start';
import { workRun } from '../../src/lib/sync/run/work-run';
import { type Bridge, startBridge } from '../setup/bridge';
import { workSlice } from '../setup/one-slice';
import { deathAt, lastLeases } from '../chaos/death';
import { GoByGo, pauseAfter } from './goes';

/*
 * A scan of many courses: a slice holds several, whose records go out together.
 */

const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
const never = new AbortController().signal;
const courses = 30;
let bridge: Bridge;
beforeEach(async () => {
  bridge = await startBridge({
    sandbox: { openEdx: { courses, learners: 20, grades: 240 } },
    env: { LMS__openedx__grades: 'courses', LMS__openedx__parallelSlices: '2' },
  });
});
afterEach(() => bridge.stop());

const posts = () => bridge.sandbox.ldServices.state.posts;
const sentRecords = (from = 0): number =>
  posts()
    .slice(from)
    .filter(({ accepted }) => accepted)
    .reduce((sum, { records }) => sum + records, 0);
/** Of the courses that the source lists. */
const listed = () => {
  const { grades, courses: all } = bridge.sandbox.openEdx.state;
  return [...grades].filter(({ courseId }) => !all.get(courseId)?.hidden);
};
const rows = (): number => listed().length;
/** @returns the course of the grade. */
const change = (n: number): string => {
  const { state } = bridge.sandbox.openEdx;
  const row = listed()[n]!;
  state.grade({ email: row.learner.email, courseId: row.courseId, percent: row.passed ? 0.1 : 0.95 });
  return row.courseId;
};

async function planned(): Promise<Run> {
  const { engine } = bridge.app;
  const { runId } = await startRun(engine, feed, { trigger: 'cli', here: true });
  await planRun(engine, runId, never);
  return (await engine.runs.read(runId))!;
}

test('courses share their batches, and nothing is sent again', async () => {
  const first = await bridge.sync('consumption');
  expect(first).toMatchObject({ state: 'succeeded', counts: { read: rows(), sent: rows() } });
  expect(first.slices.total).toBeLessThanOrEqual(3);
  expect(posts().length).toBeLessThanOrEqual(first.slices.total);
  change(0);
  change(100);
  const before = posts().length;
  expect((await bridge.sync('consumption')).counts).toMatchObject({ sent: 2, unchanged: rows() - 2 });
  expect(sentRecords(before)).toBe(2);
});

test('a course that fails costs itself: it ends in a slice of its own', async () => {
  await bridge.sync('consumption');
  const sick = change(0);
  const well = change(200);
  expect(well).not.toBe(sick);
  const table = bridge.app.storage.table('ledgerlearners');
  const partitionKey = `openedx-${toKey(sick)}`;
  await table.updateEntity({ partitionKey, rowKey: 'head', v: 2 }, 'Merge');
  const run = await bridge.sync('consumption');
  expect(run).toMatchObject({ state: 'failed', slices: { failed: 1 }, counts: { sent: 1 } });
  expect(run.error).toContain('version 2');
  await table.updateEntity({ partitionKey, rowKey: 'head', v: 1 }, 'Merge');
  expect(await bridge.sync('consumption')).toMatchObject({ state: 'succeeded', counts: { sent: 1 } });
});

test('a source that is down for all of them is asked for few, and the slice is tried again', async () => {
  const run = await planned();
  const { server } = bridge.sandbox.openEdx;
  server.faults.set({ rate: 1, kinds: ['500'], paths: ['/grades/v1/courses/'] });
  await workSlice(bridge.app.engine, run.runId, 1, never);
  const slice = (await bridge.app.engine.runs.readSlice(run, 1))!;
  expect(slice).toMatchObject({ state: 'pending', attempts: 1 });
  expect(slice.error).toContain('500');
  server.faults.set();
  const ended = await workRun(bridge.app.engine, run.runId, never);
  expect(ended).toMatchObject({ state: 'succeeded', counts: { sent: rows() } });
});

test('a worker that dies repeats no course whose batch was acknowledged and written down', async () => {
  const run = await planned();
  const death = deathAt('before done');
  const dying = bridge.another({ onStep: death.onStep, leases: lastLeases(bridge.app.storage) });
  const dead = workSlice(dying.engine, run.runId, 1, never).catch(() => undefined);
  await death.died;
  expect(sentRecords()).toBeGreaterThan(0);
  const leases = new LeaseStore(bridge.app.storage, { now: () => Date.now() + 120_000 });
  const ended = await workRun(bridge.another({ leases }).engine, run.runId, never);
  expect(ended).toMatchObject({ state: 'succeeded', counts: { read: rows() } });
  expect(sentRecords()).toBe(rows());
  death.bury();
  await dead;
});

test('a pause that the source asks for keeps what was done', async () => {
  const host = new GoByGo(bridge);
  const { runId } = await startRun(bridge.app.engine, feed, { trigger: 'cli', here: true });
  const run = await host.work(runId, {
    before: (go) => {
      if (go === 1) bridge.sandbox.openEdx.server.faults.set(pauseAfter(6, '/grades/v1/courses/'));
    },
  });
  expect(run).toMatchObject({ state: 'succeeded', counts: { read: rows(), sent: rows(), unchanged: 0 } });
  expect(sentRecords()).toBe(rows());
});

test('a pause that the destination asks for keeps what arrived, and counts it as sent', async () => {
  await bridge.stop();
  bridge = await startBridge({
    sandbox: { openEdx: { courses, learners: 20, grades: 240 } },
    env: { LMS__openedx__grades: 'courses', LMS__openedx__parallelSlices: '2', LD__batchSize: '20' },
  });
  const host = new GoByGo(bridge);
  const { runId } = await startRun(bridge.app.engine, feed, { trigger: 'cli', here: true });
  const { faults } = bridge.sandbox.ldServices.server;
  const run = await host.work(runId, {
    before: (go) => faults.set(go === 1 ? pauseAfter(2, '/Consumption') : undefined),
  });
  expect(run).toMatchObject({ state: 'succeeded', counts: { read: rows(), sent: rows(), unchanged: 0 } });
  expect(sentRecords()).toBe(rows());
});

test('a record that is refused costs itself, and its course is done', async () => {
  const row = listed()[7]!;
  bridge.sandbox.ldServices.state.poisoned.add(row.learner.email);
  const run = await bridge.sync('consumption');
  const bad = listed().filter(({ learner }) => learner.email === row.learner.email).length;
  expect(run.counts).toMatchObject({ read: rows(), sent: rows() - bad, quarantined: bad });
  bridge.sandbox.ldServices.state.poisoned.clear();
  expect((await bridge.sync('consumption')).counts).toMatchObject({ sent: bad, quarantined: 0 });
});

test('a course of which a batch may still be on its way is left alone until that is over', async () => {
  const { engine } = bridge.app;
  await bridge.sync('consumption');
  const courseId = change(0);
  const lease = (await engine.leases.acquire('course-openedx-test'))!;
  const { etag } = await engine.learnerLedger.load(feed, courseId);
  await engine.learnerLedger.markDoubt(feed, courseId, etag, lease.name);
  const run = await planned();
  const before = posts().length;
  for (let slice = 1; slice <= run.slices.total; slice++) await workSlice(engine, run.runId, slice, never);
  expect(posts()).toHaveLength(before);
  expect((await engine.runs.read(run.runId))!.state).toBe('running');
  await lease.release();
  expect(await workRun(engine, run.runId, never)).toMatchObject({ state: 'succeeded' });
  expect(posts().length).toBeGreaterThan(before);
});
