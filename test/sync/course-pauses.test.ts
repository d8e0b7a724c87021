import type { LoggedRequest } from '../../sandbox/request-log';
import type { Run } from '../../src/lib/domain/run';
import type { Step } from '../../src/lib/sync/engine';
import { type StartOptions, startRun } from '../../src/lib/sync/run/start';
import { type Bridge, startBridge } from '../setup/bridge';
import { notAtSink } from './at-sink';
import { GoByGo, pauseAfter } from './goes';

const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
const grades = '/api/grades/v1/courses/';
let bridge: Bridge;
let host: GoByGo;
beforeEach(async () => {
  // A course of twelve pages.
  bridge = await startBridge({
    sandbox: {
      openEdx: { courses: 1, learners: 120, grades: 0, bulkGrades: false, courseGradeEmails: 'all' },
    },
    env: { LMS__openedx__grades: 'courses', LMS__openedx__pageSize: '10', LD__batchSize: '7' },
  });
  const { state } = bridge.sandbox.openEdx;
  const [courseId = ''] = state.courses.keys();
  state.putCourse({ id: courseId, hidden: false, staffOnly: false });
  for (let n = 0; n < 120; n++) state.grade({ email: `learner${n}@example.com`, courseId, percent: n / 200 });
  host = new GoByGo(bridge);
});
afterEach(() => bridge.stop());

const edx = () => bridge.sandbox.openEdx;
const courseId = () => [...edx().state.courses.keys()][0] ?? '';
const start = (options: Partial<StartOptions> = {}): Promise<Run> =>
  startRun(host.app().engine, feed, { trigger: 'cli', ...options });
const posts = () => bridge.sandbox.ldServices.state.posts.filter(({ kind }) => kind === 'consumption');
const answered = (): LoggedRequest[] =>
  edx()
    .server.requests.to(grades)
    .filter(({ status }) => status === 200);
const cursors = (): (string | undefined)[] => answered().map(({ query }) => query.cursor);
const balanced = ({ counts }: Run): void =>
  expect(counts.read).toBe(counts.sent + counts.unchanged + counts.skipped + counts.quarantined);
const ledger = () =>
  bridge.app.engine.learnerLedger.load({ source: 'openedx', destination: 'ld' }, courseId());
const pauseEvery = (pages: number) => () => edx().server.faults.set(pauseAfter(pages, grades));

/** What the sink was told is what the ledger says: a scan finds nothing to send. */
async function expectSettled(): Promise<void> {
  const before = posts().length;
  expect((await ledger()).doubt).toBe(false);
  const run = await host.work((await start()).runId);
  expect(run).toMatchObject({ state: 'succeeded', counts: { sent: 0, unchanged: 120 } });
  expect(posts()).toHaveLength(before);
  expect(notAtSink(bridge.sandbox)).toEqual([]);
}

test('a vendor that wants a rest every three pages is asked for each page once, and every row arrives', async () => {
  const run = await host.work((await start()).runId, { before: pauseEvery(3) });
  expect(run).toMatchObject({ state: 'succeeded', counts: { read: 120, sent: 120, skipped: 0 } });
  // The plan's go, and one for each three pages.
  expect(host.goes).toBe(5);
  expect(cursors()).toHaveLength(12);
  expect(new Set(cursors()).size).toBe(12);
  await expectSettled();
});

test('the slice says in the log until when it was rescheduled, and its attempts are not used up', async () => {
  const { runId } = await start();
  const run = await host.work(runId, { before: pauseEvery(3), most: 3 });
  const slice = await bridge.app.engine.runs.readSlice(run, 1);
  expect(slice).toMatchObject({
    state: 'pending',
    attempts: 0,
    pauses: 2,
    counts: { read: 60, sent: 60 },
    work: { resume: { rows: 60 } },
  });
  // The first at least: by the engine's clock, which has leapt, the second pause may be over already.
  const line = bridge.logged.find((one) => one.includes('slice waits for a pause')) ?? '{}';
  const { until, time } = JSON.parse(line) as { until: string; time: string };
  expect(Date.parse(until) - Date.parse(time)).toBeGreaterThan(110_000);
  // What is kept for the next attempt names nobody.
  for await (const row of bridge.app.storage.table('runs').listEntities())
    expect(JSON.stringify(row)).not.toContain('@');
});

test('a course that takes longer than the budget stops between two pages, and goes on from there', async () => {
  let pages = 0;
  edx().server.onRequest = ({ path }) => {
    if (path === grades && ++pages % 4 === 0) host.leap(9 * 60_000);
  };
  const run = await host.work((await start()).runId);
  expect(run).toMatchObject({ state: 'succeeded', counts: { read: 120, sent: 120 } });
  expect(pages).toBe(12);
  expect(new Set(cursors()).size).toBe(12);
  edx().server.onRequest = undefined;
  await expectSettled();
});

test('full mode sends each record once across pauses', async () => {
  await host.work((await start()).runId);
  const before = posts().length;
  const run = await host.work((await start({ mode: 'full' })).runId, { before: pauseEvery(5) });
  expect(run).toMatchObject({ state: 'succeeded', counts: { sent: 120, unchanged: 0 } });
  expect(
    posts()
      .slice(before)
      .reduce((sum, { records }) => sum + records, 0),
  ).toBe(120);
  await expectSettled();
});

test('a dry run across pauses counts and tells all of its changes, and writes nothing', async () => {
  const dry = await host.work((await start({ dryRun: true })).runId, { before: pauseEvery(3) });
  expect(dry).toMatchObject({ state: 'succeeded', counts: { read: 120, sent: 120 } });
  expect(dry.changes).toMatchObject({ created: 120, updated: 0 });
  expect(dry.changes?.samples).toHaveLength(20);
  expect([posts(), (await ledger()).records.size]).toEqual([[], 0]);
  await host.work((await start()).runId);
  edx().state.grade({ email: 'learner3@example.com', courseId: courseId(), percent: 0.9 });
  edx().state.grade({ email: 'learner93@example.com', courseId: courseId(), percent: 0.9 });
  const second = await host.work((await start({ dryRun: true })).runId, { before: pauseEvery(3) });
  expect(second).toMatchObject({ counts: { sent: 2, unchanged: 118 }, changes: { created: 0, updated: 2 } });
});

test('rows that cannot be used are quarantined once, and counted once, across pauses', async () => {
  const { ldServices } = bridge.sandbox;
  ldServices.state.poisoned.add('learner5@example.com').add('learner95@example.com');
  const run = await host.work((await start()).runId, { before: pauseEvery(3) });
  expect(run).toMatchObject({ state: 'partial', counts: { read: 120, sent: 118, quarantined: 2 } });
  ldServices.state.poisoned.clear();
  const next = await host.work((await start()).runId, { before: pauseEvery(3) });
  expect(next).toMatchObject({ state: 'succeeded', counts: { sent: 2, unchanged: 118 } });
});

describe('a worker that dies', () => {
  let wakeUp = (): void => undefined;
  let asleep: Promise<unknown> | undefined;
  // It may have been no more than paused: what it does when all is over harms nothing.
  afterEach(async () => {
    const before = posts().length;
    wakeUp();
    await asleep;
    expect(posts()).toHaveLength(before);
  });

  /** A worker that does not come back from the n-th time it comes by a step: its lease is gone, as after a while. */
  async function dieAt(runId: string, step: Step, nth: number, before: () => void): Promise<void> {
    let seen = 0;
    let reached = (): void => undefined;
    const died = new Promise<void>((resolve) => (reached = resolve));
    const onStep = (at: Step): Promise<void> | undefined => {
      if (at !== step || ++seen !== nth) return undefined;
      reached();
      return new Promise((_, reject) => (wakeUp = () => reject(new Error('the worker died here'))));
    };
    asleep = host.work(runId, { before, overrides: { onStep } });
    await died;
    const leases = bridge.app.storage.table('leases');
    for await (const { partitionKey, rowKey } of leases.listEntities())
      await leases.deleteEntity(partitionKey as string, rowKey as string);
  }

  test('right after a pause costs nothing: another goes on from the same page', async () => {
    const { runId } = await start();
    await host.work(runId, { before: pauseEvery(3), most: 3 });
    expect(cursors()).toHaveLength(6);
    // The next dies before it has sent anything.
    await dieAt(runId, 'before post', 1, pauseEvery(3));
    const run = await host.work(runId, { before: pauseEvery(3) });
    balanced(run);
    expect(run).toMatchObject({ state: 'succeeded', counts: { read: 120, sent: 120 } });
    // Its own three pages again, none of those before.
    expect(cursors()).toHaveLength(15);
    expect(new Set(cursors()).size).toBe(12);
  });

  test('when all has arrived and nothing is written down repeats its own go, with the same keys', async () => {
    const { runId } = await start();
    await host.work(runId, { before: pauseEvery(3), most: 3 });
    const sent = posts().length;
    // Thirty rows are five batches.
    await dieAt(runId, 'after post', 4, pauseEvery(3));
    const run = await host.work(runId, { before: pauseEvery(3) });
    balanced(run);
    expect(run).toMatchObject({ state: 'succeeded', counts: { read: 120, sent: 120 } });
    const keys = posts()
      .slice(sent)
      .map(({ idempotencyKey }) => idempotencyKey);
    expect(keys.length).toBeGreaterThan(new Set(keys).size);
    // What the goes before had told is in doubt with the rest, and told once more by the next scan.
    const next = await host.work((await start()).runId);
    expect(next).toMatchObject({ state: 'succeeded', counts: { read: 120, sent: 60, unchanged: 60 } });
    await expectSettled();
  });

  test('between the ledger and the pause repeats nothing', async () => {
    const { runId } = await start();
    await host.work(runId, { before: pauseEvery(3), most: 2 });
    await dieAt(runId, 'before done', 1, pauseEvery(3));
    const run = await host.work(runId, { before: pauseEvery(3) });
    balanced(run);
    expect(run).toMatchObject({ state: 'succeeded', counts: { read: 120, unchanged: 30, sent: 90 } });
    await expectSettled();
  });
});

test('a sink that asks for pauses again and again is told each record once', async () => {
  const ld = bridge.sandbox.ldServices.server;
  for (const mode of ['incremental', 'full'] as const) {
    const before = posts().length;
    const run = await host.work((await start({ mode })).runId, {
      before: () => ld.faults.set(pauseAfter(4, 'onsumption')),
    });
    ld.faults.set();
    expect(run).toMatchObject({ state: 'succeeded', counts: { read: 120, sent: 120, unchanged: 0 } });
    const taken = posts()
      .slice(before)
      .flatMap(({ body, accepted }) => (accepted ? (body ?? []) : []));
    expect([taken.length, new Set(taken.map(({ UserAlias }) => UserAlias)).size]).toEqual([120, 120]);
  }
  await expectSettled();
});

test('a slice that the version before rescheduled is worked as it stands', async () => {
  const { runId } = await start();
  const run = await host.work(runId, { most: 1 });
  const table = bridge.app.storage.table('runs');
  const { updateSlice } = bridge.app.engine.runs;
  await updateSlice.call(bridge.app.engine.runs, run, 1, () => ({ dueAt: Date.now() - 1 }));
  for await (const row of table.listEntities<Record<string, unknown>>()) {
    if (!row.rowKey?.startsWith('slice-')) continue;
    const { worker: _, pauses, changes, notes, ...old } = row;
    expect({ pauses, changes, notes }).toEqual({ pauses: 0, changes: undefined, notes: '[]' });
    await table.updateEntity(old as never, 'Replace');
  }
  const ended = await host.work(runId, { before: pauseEvery(3) });
  expect(ended).toMatchObject({ state: 'succeeded', counts: { read: 120, sent: 120 } });
});
