import { isEnded, type Run } from '../../src/lib/domain/run';
import { cancelRun } from '../../src/lib/sync/run/cancel';
import { defaultPatience } from '../../src/lib/sync/engine';
import { planRun } from '../../src/lib/sync/run/plan';
import { type StartOptions, startRun } from '../../src/lib/sync/run/start';
import { type Bridge, startBridge, until } from '../setup/bridge';
import { notAtSink } from './at-sink';
import { GoByGo, pauseAfter } from './goes';

const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
const courses = '/api/courses/v1/courses/';
const never = new AbortController().signal;
let bridge: Bridge;
let host: GoByGo;
afterEach(() => bridge.stop());

async function open(grades: 'courses' | 'bulk'): Promise<void> {
  bridge = await startBridge({
    sandbox: {
      openEdx: { courses: 70, grades: 240, bulkGrades: grades === 'bulk', courseGradeEmails: 'all' },
    },
    env: { LMS__openedx__grades: grades, LMS__openedx__pageSize: '10' },
  });
  const { state } = edx();
  for (const { id } of [...state.courses.values()]) state.putCourse({ id, hidden: false, staffOnly: false });
  host = new GoByGo(bridge);
}
const edx = () => bridge.sandbox.openEdx;
const start = (options: Partial<StartOptions> = {}): Promise<Run> =>
  startRun(host.app().engine, feed, { trigger: 'cli', ...options });
const pages = (): (string | undefined)[] =>
  edx()
    .server.requests.to(courses)
    .filter(({ status }) => status === 200)
    .map(({ query }) => query.page);

describe('the plan of a scanned feed', () => {
  beforeEach(() => open('courses'));

  /** The run read every course that the source lists, each by one slice. */
  function expectWhole(run: Run): void {
    expect(run).toMatchObject({ state: 'succeeded' });
    expect(run.counts.sent).toBe(run.counts.read);
    expect(notAtSink(bridge.sandbox)).toEqual([]);
    // It never began anew; pages ahead of a pause may be asked for again.
    expect(pages().filter((page) => page === '1')).toHaveLength(1);
    expect(new Set(pages()).size).toBeGreaterThanOrEqual(6);
  }

  test('goes on from the page at which the vendor asked for a pause', async () => {
    const { runId } = await start();
    const planning = await host.work(runId, {
      before: () => edx().server.faults.set(pauseAfter(2, courses)),
      most: 2,
    });
    expect(planning).toMatchObject({ state: 'waiting', planPoint: { cursor: '5', pauses: 2 } });
    // A worker of before, that had stopped at the first pause, does not set it back.
    const { paused } = bridge.app.engine.runs;
    expect(await paused.plan({ ...planning, planPoint: { cursor: '3', pauses: 1 } }, '4', [])).toBe(false);
    expect((await bridge.app.engine.runs.read(runId))?.planPoint?.cursor).toBe('5');
    expectWhole(await host.work(runId, { before: () => edx().server.faults.set(pauseAfter(2, courses)) }));
  });

  test('stops between two pages when it takes longer than the budget', async () => {
    edx().server.onRequest = ({ path, query }) => {
      if (path === courses && Number(query.get('page')) % 3 === 0) host.leap(9 * 60_000);
    };
    const run = await host.work((await start()).runId);
    expectWhole(run);
    expect(run.slices.total).toBe(4);
  });

  test('goes on from there also when a worker died that had listed the rest', async () => {
    const { runId } = await start();
    await host.work(runId, { before: () => edx().server.faults.set(pauseAfter(2, courses)), most: 1 });
    const stop = new AbortController();
    const dying = host.app({
      onStep: (step) => {
        if (step !== 'plan staged') return;
        stop.abort();
        throw new Error('the planner died here');
      },
    });
    await expect(planRun(dying.engine, runId, stop.signal)).rejects.toThrow('died here');
    const run = await host.work(runId);
    expect(run).toMatchObject({ state: 'succeeded', slices: { total: 4 } });
    expect(pages().filter((page) => page === '1' || page === '2')).toHaveLength(2);
    expect(notAtSink(bridge.sandbox)).toEqual([]);
  });
});

test('the plan of a windowed feed is made without further counts once the vendor asks for a pause', async () => {
  await open('bulk');
  const { engine } = host.app();
  const small = bridge.another({ now: host.now }, { LMS__openedx__maxRowsPerSlice: '100' });
  const { runId } = await startRun(engine, feed, { trigger: 'cli' });
  // After the count of the whole, and one of a half.
  edx().server.faults.set(pauseAfter(2, 'user_grades'));
  await planRun(small.engine, runId, never);
  expect(await engine.runs.read(runId)).toMatchObject({ state: 'running', slices: { total: 1 } });
  const run = await host.work(runId);
  expect(run).toMatchObject({ state: 'succeeded', counts: { read: 240, sent: 240 } });
  expect(notAtSink(bridge.sandbox)).toEqual([]);
});

describe.each(['courses', 'bulk'] as const)('a run that is cancelled while it is planned (%s)', (grades) => {
  beforeEach(() => open(grades));

  test('ends within five seconds, though the source hangs', async () => {
    const path = grades === 'courses' ? courses : 'user_grades';
    edx().server.faults.set({ rate: 1, kinds: ['hang-before'], paths: [path], skip: 1 });
    const { engine } = bridge.another(
      { patience: defaultPatience },
      { LMS__openedx__maxRowsPerSlice: '100' },
    );
    const { runId } = await startRun(engine, feed, { trigger: 'cli' });
    const planning = planRun(engine, runId, never);
    await until('the source hangs', () => edx().server.faults.plans.some(({ played }) => played > 0));
    const asked = Date.now();
    expect(await cancelRun(bridge.app.engine, runId)).toMatchObject({ state: 'waiting' });
    await planning;
    const run = await engine.runs.read(runId);
    expect(run && isEnded(run)).toBe(true);
    expect(run).toMatchObject({ state: 'cancelled', slices: { total: 0 } });
    expect(Date.now() - asked).toBeLessThan(5_000);
    expect((await engine.feeds.read(feed)).activeRun).toBeUndefined();
  });

  test('is not planned at all when the message comes later', async () => {
    const { engine } = bridge.app;
    const { runId } = await start();
    await engine.runs.update(runId, () => ({ cancelRequested: true }));
    const before = edx().server.requests.total;
    await planRun(engine, runId, never);
    expect(await engine.runs.read(runId)).toMatchObject({ state: 'cancelled' });
    expect(edx().server.requests.total).toBe(before);
  });

  test('ends though the cancel came as the plan was committed', async () => {
    const cancelling = bridge.another({
      onStep: async (step) => {
        if (step === 'plan staged') await cancelRun(bridge.app.engine, runId);
      },
    });
    const { runId } = await start();
    await planRun(cancelling.engine, runId, never);
    expect(await cancelling.engine.runs.read(runId)).toMatchObject({ state: 'cancelled' });
  });
});
