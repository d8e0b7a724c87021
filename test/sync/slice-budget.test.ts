import type { Slice } from '../../src/lib/domain/run';
import { startRun } from '../../src/lib/sync/run/start';
import { workRun } from '../../src/lib/sync/run/work-run';
import { type Bridge, quick, startBridge } from '../setup/bridge';
import { notAtSink } from './at-sink';

const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
const rows = 300;
let bridge: Bridge;
afterEach(() => bridge.stop());

/** Works a run whose clock leaps past the slice's budget as a slice's third page comes in, so many times. */
async function syncSlowly(leaps: number) {
  bridge = await startBridge({
    sandbox: { openEdx: { grades: rows } },
    // One at a time: the leaping clock is every slice's.
    env: {
      LMS__openedx__pageSize: '20',
      LMS__openedx__concurrency: '1',
      LMS__openedx__parallelSlices: '1',
      LD__batchSize: '10',
    },
  });
  let late = 0;
  const pages = new Map<number, number>();
  const { engine } = bridge.another({
    now: () => Date.now() + late,
    onProgress: ({ slice, pages: read }) => {
      pages.set(slice, read);
      if (read !== 3 || leaps === 0) return;
      leaps--;
      late += quick.sliceBudgetMs + 1_000;
    },
  });
  const { runId } = await startRun(engine, feed, { trigger: 'cli' });
  const run = await workRun(engine, runId, new AbortController().signal);
  const slices: Slice[] = [];
  for await (const slice of engine.runs.slices(run)) slices.push(slice);
  return { run, slices, pages };
}

/** The first and the last second that a slice is about. */
const bounds = ({ work }: Slice) => (work.type === 'window' ? [work.window.from, work.window.to] : []);

test('a windowed slice that takes too long goes on as its two halves, nothing lost and nothing counted twice', async () => {
  const { run, slices, pages } = await syncSlowly(1);
  expect(run).toMatchObject({
    state: 'succeeded',
    slices: { total: 2, done: 2, failed: 0 },
    counts: { read: rows, sent: rows, skipped: 0, quarantined: 0 },
  });
  const [whole, left, right] = slices;
  expect(slices.map(({ number, state }) => [number, state])).toEqual([
    [1, 'split'],
    [2, 'done'],
    [3, 'done'],
  ]);
  expect(bounds(left!)[0]).toBe(bounds(whole!)[0]);
  expect(bounds(left!)[1]).toBe(bounds(right!)[0]);
  expect(bounds(right!)[1]).toBe(bounds(whole!)[1]);
  // It stopped there: the rest was left to the halves.
  expect(pages.get(1)).toBe(3);
  expect(left!.counts.read + right!.counts.read).toBe(rows);
  expect(notAtSink(bridge.sandbox)).toEqual([]);
  expect((await bridge.app.engine.feeds.read(feed)).watermark).toBe(run.window?.to);
});

test('halves that take too long are halved in their turn, and the run ends', async () => {
  const { run, slices } = await syncSlowly(3);
  expect(slices.filter(({ state }) => state === 'split')).toHaveLength(3);
  expect(run).toMatchObject({
    state: 'succeeded',
    slices: { total: 4, done: 4, failed: 0 },
    counts: { read: rows, sent: rows },
  });
  expect(notAtSink(bridge.sandbox)).toEqual([]);
});
