import { type Utc, utc } from '../../src/lib/domain/time';
import { type Bridge, startBridge, until } from '../setup/bridge';
import { startRun } from '../../src/lib/sync/run/start';
import type { Run } from '../../src/lib/domain/run';
import { buildWorker, endWorkers, removeWorker, startWorker } from './processes';

beforeAll(buildWorker);
afterEach(() => endWorkers());
afterAll(removeWorker);

const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;

const orders = { slicesAtOnce: 2, sweepMs: 5_000, usualLeases: true };
const sickRows = 60;

/** Five hours lie between two rows, but for some of one minute, whose learners can be told by their address. */
async function startLarge(rows: number): Promise<{ bridge: Bridge; sickTime: Utc }> {
  const bridge = await startBridge({
    sandbox: {
      openEdx: { courses: 100, learners: 300, grades: rows - sickRows },
      ldServices: { keepBodies: true },
    },
    env: { LMS__openedx__maxRowsPerSlice: '500', LMS__openedx__parallelSlices: '6', LD__batchSize: '100' },
  });
  const { state } = bridge.sandbox.openEdx;
  const middle = state.grades.at(rows / 2)!;
  for (let i = 0; i < sickRows; i++)
    state.grade({
      email: sickLearner(i),
      courseId: middle.courseId,
      percent: 0.5,
      modified: middle.modified + i * 1_000,
    });
  return { bridge, sickTime: utc(middle.modified) };
}

const sickLearner = (i: number): string => `sick${i}@example.com`;

async function ended(bridge: Bridge, { runId }: Run, look = (): Promise<void> => Promise.resolve()) {
  let run: Run | undefined;
  await until(
    'the run has ended',
    async () => {
      await look();
      run = await bridge.app.engine.runs.read(runId);
      return run?.finishedAt !== undefined;
    },
    60_000,
  );
  return run as Run;
}

/** How often each record arrived. */
function deliveries(bridge: Bridge, from = 0): Map<string, number> {
  const times = new Map<string, number>();
  for (const { body } of bridge.sandbox.ldServices.state.posts.slice(from))
    for (const { UserAlias, ExternalId } of body ?? []) {
      const key = `${String(UserAlias)}|${String(ExternalId)}`;
      times.set(key, (times.get(key) ?? 0) + 1);
    }
  return times;
}

const start = ({ app }: Bridge): Promise<Run> => startRun(app.engine, feed, { trigger: 'cli' });

test('three processes share a large run: every row is read once and arrives once', async () => {
  const rows = 20_000;
  const { bridge } = await startLarge(rows);
  try {
    const workers = [1, 2, 3].map(() => startWorker(bridge.env, orders));
    await Promise.all(workers.map((worker) => worker.says('started')));
    const run = await ended(bridge, await start(bridge));
    expect(run).toMatchObject({ state: 'succeeded', counts: { read: rows, sent: rows, quarantined: 0 } });
    expect(run.slices.total).toBeGreaterThanOrEqual(40);
    for (const worker of workers) expect(worker.output()).toContain('step before done');
    const times = deliveries(bridge);
    expect(times.size).toBe(rows);
    expect([...times.values()].filter((n) => n !== 1)).toEqual([]);
    expect((await bridge.app.engine.feeds.read(feed)).watermark).toBe(run.window?.to);
  } finally {
    await bridge.stop();
  }
}, 90_000);

test('a slice that fails holds the watermark before it, and the next run sends that slice alone', async () => {
  const rows = 8_000;
  const { bridge, sickTime } = await startLarge(rows);
  try {
    const { state } = bridge.sandbox.ldServices;
    const { feeds } = bridge.app.engine;
    for (let i = 0; i < sickRows; i++) state.poisoned.add(sickLearner(i));
    const seen = new Set<string>();
    const look = async (): Promise<void> => void seen.add((await feeds.read(feed)).watermark ?? '');
    for (let i = 0; i < 3; i++) startWorker(bridge.env, orders);
    const run = await ended(bridge, await start(bridge), look);
    expect(run.state).toBe('failed');
    expect(run.error).toContain('records were refused');
    expect(run.slices.done + run.slices.failed).toBe(run.slices.total);
    const between = await feeds.read(feed);
    expect([...seen, between.watermark].filter((mark) => mark !== undefined && mark > sickTime)).toEqual([]);
    expect(between.doneBeyond).toHaveLength(1);
    const [beyond] = between.doneBeyond;
    expect(beyond?.to).toBe(run.window?.to);
    expect(deliveries(bridge).size).toBeGreaterThan(rows - 1_500);

    state.poisoned.clear();
    const before = state.posts.length;
    const second = await ended(bridge, await start(bridge));
    expect(second).toMatchObject({ state: 'succeeded', error: undefined });
    const left = [...bridge.sandbox.openEdx.state.grades].filter(
      ({ modified }) => utc(modified) >= between.watermark! && utc(modified) < beyond!.from,
    );
    expect(second.counts.read).toBe(left.length);
    expect(left.length).toBeLessThan(1_500);
    expect(deliveries(bridge, before).size).toBe(left.length);
    expect(deliveries(bridge).size).toBe(rows);
    expect(await feeds.read(feed)).toMatchObject({ watermark: second.window?.to, doneBeyond: [] });
  } finally {
    await bridge.stop();
  }
}, 90_000);
