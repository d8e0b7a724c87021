import { statuses } from '../../sandbox/khalibre/options';
import type { Run } from '../../src/lib/domain/run';
import { type StartOptions, startRun } from '../../src/lib/sync/run/start';
import { type Bridge, startBridge } from '../setup/bridge';
import { settle, take } from '../webhooks/hooks';
import { GoByGo, pauseAfter } from './goes';

/*
 * One course of three pages, with a pause after each: learners who are in it twice, and events that come between.
 */

const courseId = 900;
const { inProgress, completed, failed } = statuses;
let bridge: Bridge;
let host: GoByGo;
beforeEach(async () => {
  bridge = await startBridge({
    sandbox: { khalibre: { courses: 0, learners: 0 } },
    env: { LMS__khalibre__pageSize: '10' },
  });
  khalibre().state.putCourse({ id: courseId, title: 'Fire safety' });
  for (let n = 0; n < 30; n++) put(n, inProgress);
  host = new GoByGo(bridge);
});
afterEach(() => bridge.stop());

const khalibre = () => bridge.sandbox.khalibre!;
const mail = (n: number): string => `learner${n}@example.com`;
/** Ten rows a page; a row that is there stays in its place. */
const put = (n: number, status: typeof completed | typeof failed | typeof inProgress, communityId = 55) =>
  khalibre().state.putProgress({ courseId, email: mail(n), status, communityId, completedActivity: 1 });
const start = (options: Partial<StartOptions> = {}): Promise<Run> =>
  startRun(
    host.app().engine,
    { source: 'khalibre', kind: 'consumption', destination: 'ld' },
    { trigger: 'cli', ...options },
  );
const work = (runId: string, before: (go: number) => void | Promise<void> = () => undefined): Promise<Run> =>
  host.work(runId, {
    before: async (go) => {
      khalibre().server.faults.set();
      await before(go);
      khalibre().server.faults.set(pauseAfter(1, '/progress/course'));
    },
  });
const told = (n: number): unknown[] =>
  bridge.sandbox.ldServices.state.posts
    .flatMap(({ body }) => body ?? [])
    .filter(({ UserAlias }) => UserAlias === mail(n))
    .map(({ ConsumptionStatus }) => ConsumptionStatus);
const ledger = () =>
  bridge.app.engine.learnerLedger.load({ source: 'khalibre', destination: 'ld' }, String(courseId));
const event = async (n: number): Promise<void> => {
  await take(host.app(), { eventType: 'course.status', courseId, learnerEmail: mail(n) });
  host.leap(10_000);
  await settle(host.app());
};

test('of a learner who is in the course twice, a less advanced row is not told after a pause', async () => {
  put(1, completed);
  put(1, inProgress, 56);
  put(2, completed, 56);
  const run = await work((await start()).runId);
  expect(host.goes).toBe(5);
  expect(run).toMatchObject({ state: 'succeeded', counts: { read: 32, sent: 31, skipped: 1 } });
  expect(told(1)).toEqual(['Passed']);
  expect(told(2)).toEqual(['InProgress', 'Passed']);
  const next = await host.work((await start()).runId);
  expect(next.counts).toMatchObject({ sent: 0, unchanged: 30, skipped: 2 });
});

test('a dry run counts such a learner once', async () => {
  put(1, completed);
  put(1, inProgress, 56);
  put(2, completed, 56);
  const run = await work((await start({ dryRun: true })).runId);
  expect(run).toMatchObject({ counts: { read: 32, sent: 30, skipped: 2 }, changes: { created: 30 } });
});

test('what an event told during a pause is not set back by a row of the same learner', async () => {
  put(1, failed, 56);
  const run = await work((await start()).runId, async (go) => {
    if (go !== 3) return;
    put(1, completed);
    await event(1);
    // And of a row that is still to be read.
    put(25, completed);
    await event(25);
  });
  expect(run).toMatchObject({ state: 'succeeded', counts: { read: 31, sent: 29, skipped: 1, unchanged: 1 } });
  expect(told(1)).toEqual(['InProgress', 'Passed']);
  expect(told(25)).toEqual(['Passed']);
  expect((await ledger()).doubt).toBe(false);
  const next = await host.work((await start()).runId);
  expect(next.counts).toMatchObject({ sent: 0, unchanged: 30 });
});

test('an event whose worker died during a pause leaves nothing hidden', async () => {
  const run = await work((await start()).runId, async (go) => {
    if (go !== 3) return;
    put(1, completed);
    await take(host.app(), { eventType: 'course.status', courseId, learnerEmail: mail(1) });
    host.leap(10_000);
    const onStep = (step: string): void => {
      if (step === 'after post') throw new Error('the worker died here');
    };
    await settle(host.app({ onStep }));
    expect((await ledger()).doubt).toBe(true);
    // Back to what the ledger says: the sink was told otherwise.
    put(1, inProgress);
  });
  expect(run).toMatchObject({ state: 'succeeded', counts: { read: 30, sent: 30 } });
  expect(told(1)).toEqual(['InProgress', 'Passed']);
  // What was told before is no longer trusted.
  const next = await host.work((await start()).runId);
  expect(next.counts).toMatchObject({ sent: 10, unchanged: 20 });
  expect(told(1)).toEqual(['InProgress', 'Passed', 'InProgress']);
  expect((await host.work((await start()).runId)).counts).toMatchObject({ sent: 0, unchanged: 30 });
});

test('one learner’s results, page by page across pauses', async () => {
  for (let id = 901; id < 925; id++) {
    khalibre().state.putCourse({ id, title: `Course ${id}` });
    khalibre().state.putProgress({ courseId: id, email: mail(1), status: completed, completedActivity: 1 });
  }
  const { runId } = await start({ request: { learner: mail(1) } });
  // Four pages a go, of three in the list and three for each course.
  const run = await host.work(runId, {
    before: () => khalibre().server.faults.set(pauseAfter(4, '/progress/learner')),
  });
  khalibre().server.faults.set();
  expect(run).toMatchObject({ state: 'succeeded', counts: { read: 25, sent: 25 } });
  expect(told(1)).toHaveLength(25);
  // Three for the list, three for each course.
  const good = khalibre()
    .server.requests.to('/progress/learner')
    .filter(({ status }) => status === 200);
  expect(good).toHaveLength(3 + 25 * 3);
});

test('one learner’s results, when the pause comes right after the list of the courses', async () => {
  for (let id = 901; id < 925; id++) {
    khalibre().state.putCourse({ id, title: `Course ${id}` });
    khalibre().state.putProgress({ courseId: id, email: mail(1), status: completed, completedActivity: 1 });
  }
  const { runId } = await start({ request: { learner: mail(1) } });
  const run = await host.work(runId, {
    before: () => khalibre().server.faults.set(pauseAfter(3, '/progress/learner')),
  });
  khalibre().server.faults.set();
  expect(run).toMatchObject({ state: 'succeeded', counts: { read: 25, sent: 25 } });
  expect(told(1)).toHaveLength(25);
});

test('one learner’s results are counted once, though the sink wants a rest after each course', async () => {
  for (let id = 901; id < 907; id++) {
    khalibre().state.putCourse({ id, title: `Course ${id}` });
    khalibre().state.putProgress({ courseId: id, email: mail(1), status: completed, completedActivity: 1 });
  }
  const { runId } = await start({ request: { learner: mail(1) } });
  const { faults } = bridge.sandbox.ldServices.server;
  const run = await host.work(runId, { before: () => faults.set(pauseAfter(1, 'onsumption')) });
  faults.set();
  expect(run).toMatchObject({ state: 'succeeded', counts: { read: 7, sent: 7 } });
  expect(told(1)).toHaveLength(7);
});
