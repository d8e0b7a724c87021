import { isEnded } from '../../src/lib/domain/run';
import { beginRun } from '../../src/lib/sync/run/begin';
import { workLane } from '../../src/lib/sync/run/lane';
import { freeSlices } from '../../src/lib/sync/run/due';
import { acquirePlace, placesTaken } from '../../src/lib/sync/run/places';
import { planRun } from '../../src/lib/sync/run/plan';
import { startRun } from '../../src/lib/sync/run/start';
import { sweep } from '../../src/lib/sync/run/sweep';
import { workRun } from '../../src/lib/sync/run/work-run';
import { type Bridge, quick, startBridge } from '../setup/bridge';

/*
 * A worker that has a place takes one due slice after another, of all runs of its source.
 */

const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
const never = new AbortController().signal;
let bridge: Bridge;
beforeEach(async () => {
  bridge = await startBridge({
    sandbox: { openEdx: { grades: 600, learners: 60, endBound: 'exclusive' } },
    env: { LMS__openedx__maxRowsPerSlice: '100' },
  });
});
afterEach(() => bridge.stop());

/** Slices that messages wait for, at most 32 of them. */
async function called(): Promise<number[]> {
  const { peekedMessageItems } = await bridge.app.storage
    .queue('sync-slices')
    .peekMessages({ numberOfMessages: 32 });
  return peekedMessageItems.map(
    ({ messageText }) =>
      (JSON.parse(Buffer.from(messageText, 'base64').toString()) as { slice: number }).slice,
  );
}

/** The runs that messages call workers for, in their order. */
async function calls(): Promise<string[]> {
  const { peekedMessageItems } = await bridge.app.storage
    .queue('sync-slices')
    .peekMessages({ numberOfMessages: 32 });
  return peekedMessageItems.map(
    ({ messageText }) =>
      (JSON.parse(Buffer.from(messageText, 'base64').toString()) as { runId: string }).runId,
  );
}

async function planned(): Promise<string> {
  const { engine } = bridge.app;
  const { runId } = await startRun(engine, feed, { trigger: 'cli', here: true });
  await planRun(engine, runId, never);
  return runId;
}

test('as many workers are called as there are places, and one of them alone does all', async () => {
  const { engine } = bridge.app;
  const runId = await planned();
  expect((await engine.runs.read(runId))!.slices.total).toBeGreaterThanOrEqual(6);
  expect(await called()).toEqual([1, 2, 3, 4]);
  await workLane(engine, { runId, slice: 3 }, never);
  expect(await engine.runs.read(runId)).toMatchObject({ state: 'succeeded', counts: { sent: 600 } });
  // Nothing was rescheduled on the way.
  expect(await called()).toHaveLength(4);
  expect([...(await placesTaken(engine, feed))]).toEqual([]);
});

test('a run that is begun where it was planned calls one worker less', async () => {
  const { engine } = bridge.app;
  const { runId } = await startRun(engine, feed, { trigger: 'cli', here: true });
  await beginRun(engine, { runId }, never);
  expect(await engine.runs.read(runId)).toMatchObject({ state: 'succeeded' });
  expect(await called()).toEqual([2, 3, 4]);
});

test('where all places are taken a message ends without a word, and its slice is done all the same', async () => {
  const { engine } = bridge.another({}, { LMS__openedx__parallelSlices: '1' });
  const runId = await planned();
  const before = (await called()).length;
  let met = 0;
  const onStep = async (step: string): Promise<void> => {
    if (step !== 'before done' || met++ > 0) return;
    await workLane(engine, { runId, slice: 5 }, never);
    expect(await engine.runs.readSlice((await engine.runs.read(runId))!, 5)).toMatchObject({ attempts: 0 });
  };
  await workLane({ ...engine, onStep }, { runId, slice: 1 }, never);
  expect(met).toBeGreaterThan(1);
  expect((await engine.runs.read(runId))?.state).toBe('succeeded');
  expect(await called()).toHaveLength(before);
});

test('a worker of one run alone lets go of its place in time, and calls another run that waits', async () => {
  const { engine } = bridge.another({}, { LMS__openedx__parallelSlices: '1' });
  const runId = await planned();
  const other = await startRun(engine, { ...feed, kind: 'catalog' }, { trigger: 'timer', here: true });
  await planRun(engine, other.runId, never);
  const before = await calls();
  let told = 0;
  await workLane(engine, { runId }, never, { only: true, most: 1, onOthers: () => told++ });
  expect(told).toBe(1);
  expect((await calls()).slice(before.length)).toEqual([other.runId]);
  // With nothing to do of its own it calls nobody: it is back within a moment.
  const { runId: third } = other;
  await workLane(engine, { runId: third }, never, { only: true });
  await workLane(engine, { runId: third }, never, { only: true, onOthers: () => told++ });
  expect(told).toBe(1);
});

test('a small run of the same source has its turn beside a large one', async () => {
  const { engine } = bridge.app;
  const runId = await planned();
  const catalog = { ...feed, kind: 'catalog' } as const;
  const ends: string[] = [];
  let small = '';
  const onStep = async (step: string): Promise<void> => {
    if (step !== 'before done' || small) return;
    small = (await startRun(engine, catalog, { trigger: 'cli', here: true })).runId;
    await planRun(engine, small, never);
  };
  // Every look finds the newer run, however fast the machine is.
  let ahead = 0;
  const now = (): number => Date.now() + (ahead += 1_000);
  const one = bridge.another({ now, patience: { ...quick, laneMs: 3_600_000 } });
  const onRunEnded = ({ kind }: { kind: string }): void => void ends.push(kind);
  await workLane({ ...one.engine, onStep, onRunEnded }, { runId }, never);
  expect(ends).toEqual(['catalog', 'consumption']);
  expect((await engine.runs.read(small))?.state).toBe('succeeded');
});

test('after its time a worker makes room, and calls another', async () => {
  const { engine } = bridge.another({ patience: { ...quick, laneMs: 0 } });
  const runId = await planned();
  const before = (await called()).length;
  await workLane(engine, { runId, slice: 1 }, never);
  const run = (await engine.runs.read(runId))!;
  expect([isEnded(run), run.slices.done]).toEqual([false, 1]);
  expect(await called()).toHaveLength(before + 1);
});

test('the sweep calls workers for the places that are free, not for slices that are at work', async () => {
  const { engine, storage } = bridge.app;
  const runId = await planned();
  await storage.queue('sync-slices').clearMessages();
  const swept: number[][] = [];
  let met = 0;
  const onStep = async (step: string): Promise<void> => {
    if (step !== 'before done' || met++ > 0) return;
    await sweep(engine);
    swept.push(await called());
  };
  await workLane({ ...engine, onStep }, { runId, slice: 1 }, never);
  expect(swept).toEqual([[2, 3, 4]]);
});

test('a slice that was taken from a place newer than the last look at the places is not free', async () => {
  const { engine } = bridge.app;
  const runId = await planned();
  const run = (await engine.runs.read(runId))!;
  const slice = (await engine.runs.readSlice(run, 1))!;
  const dead = (await acquirePlace(engine, run, 4))!;
  await dead.release();
  const isFree = freeSlices(engine, run);
  expect(await isFree({ ...slice, worker: dead.id })).toBe(true);
  // A list of slices comes in pages: the next one is read later.
  const place = (await acquirePlace(engine, run, 4))!;
  const taken = (await engine.runs.takeSlice(run, slice, place.id))!;
  expect(await isFree(taken)).toBe(false);
  await place.release();
});

test('a worker that fails leaves what it had to the others, and the run that they end has ended well', async () => {
  const { engine } = bridge.app;
  const runId = await planned();
  let looks = 0;
  const onChange = (): void => {
    if (++looks === 3) throw new Error('storage was away for a moment');
  };
  expect(await workRun(engine, runId, never, onChange)).toMatchObject({ state: 'succeeded' });
  expect([...(await placesTaken(engine, feed))]).toEqual([]);
});

test('when all workers fail, whoever asked for the run is told why', async () => {
  const { engine } = bridge.app;
  const runId = await planned();
  const onChange = ({ slices }: { slices: { done: number } }): void => {
    if (slices.done > 0) throw new Error('storage is away');
  };
  await expect(workRun(engine, runId, never, onChange)).rejects.toThrow('storage is away');
  expect([...(await placesTaken(engine, feed))]).toEqual([]);
});

test('a run of whose slices one cannot be read ends without the sweep, once the others have', async () => {
  const runId = await planned();
  const table = bridge.app.storage.table('runs');
  for await (const { partitionKey = '', rowKey = '', number } of table.listEntities())
    if (number === 2) await table.updateEntity({ partitionKey, rowKey, work: '{' }, 'Merge');
  let ahead = 0;
  const { engine } = bridge.another({ now: () => Date.now() + (ahead += 500) });
  const run = await workRun(engine, runId, never);
  expect(run).toMatchObject({
    state: 'failed',
    error: expect.stringMatching(/^1 of \d+ slices cannot be read/),
  });
  expect(run.slices.done).toBe(run.slices.total - 1);
});
