import { type Counts, isEnded, type Run, type Slice } from '../domain/run';
import {
  CancelledError,
  ConflictError,
  LeaseLostError,
  RetryableError,
  sentence,
  UnsupportedError,
  WaitError,
} from '../errors';
import type { Lease } from '../store/leases';
import { workCourse, workLearner } from './course-slice';
import { type Engine, type OpenSource, retryDelayMs } from './engine';
import type { SliceResult } from '../store/runs';
import { cancelRun } from './cancel';
import { afterSlice, finishRun } from './finish';
import { workCatalogCourse, workListing } from './listing-slice';
import { acquirePlace } from './places';
import { workReplay } from './replay-slice';
import { finished, type SliceContext, type SliceOutcome } from './slice-context';
import { Tally } from './tally';
import { workWindow } from './window-slice';

/** Seconds after which a message that came too early, or met another worker, is tried again. */
const busySeconds = { lease: 30, place: 3 };

/**
 * Works one slice, if it is still to be worked and nobody else is at it. Returns when it is done, failed, put back,
 * or not this worker's to do; throws only when not even that could be written down.
 * @param stop aborts when the host stops: the slice is put back at once.
 */
export async function workSlice(
  engine: Engine,
  runId: string,
  number: number,
  stop: AbortSignal,
): Promise<void> {
  const run = await engine.runs.read(runId);
  if (!run) return engine.log.warn({ runId, slice: number }, 'no such run to work on');
  if (isEnded(run)) return finishRun(engine, runId);
  const slice = await engine.runs.readSlice(run, number);
  if (!slice) return engine.log.warn({ runId, slice: number }, 'no such slice to work on');
  if (slice.state !== 'pending') return repeatFinish(engine, run);
  const early = slice.dueAt - engine.now();
  if (early > 1_000) return wake(engine, runId, number, early / 1000);
  const lease = await engine.leases.acquire(`slice-${runId}-${number}`);
  if (!lease) return wake(engine, runId, number, busySeconds.lease);
  // Read again under the lease: a cancel looks at the leases after it has left its mark.
  const now = await engine.runs.read(runId);
  let cancelled: boolean;
  try {
    cancelled =
      now?.cancelRequested || !now || isEnded(now) || (await workInPlace(engine, now, slice, lease, stop));
  } finally {
    await lease.release();
  }
  // Only now, without the lease: the last worker to let go ends the run.
  if (cancelled) await cancelRun(engine, runId);
}

/** @returns whether the work ended because the run was cancelled. */
async function workInPlace(
  engine: Engine,
  run: Run,
  slice: Slice,
  lease: Lease,
  stop: AbortSignal,
): Promise<boolean> {
  let open: OpenSource;
  try {
    open = engine.openSource(run.source);
  } catch (error) {
    await failSlice(engine, run, slice, sentence(error));
    return false;
  }
  const place = await acquirePlace(engine, run.source, open.settings.parallelSlices);
  if (!place) {
    // The due time tells the sweep that this slice's call is not lost.
    const dueAt = engine.now() + busySeconds.place * 1000;
    await engine.runs.updateSlice(run, slice.number, () => ({ dueAt }));
    await wake(engine, run.runId, slice.number, busySeconds.place);
    return false;
  }
  try {
    return await workUnderLease({ engine, run, slice, open, stop, lease });
  } finally {
    await place.release();
  }
}

async function repeatFinish(engine: Engine, run: Run): Promise<void> {
  if (run.slices.done + run.slices.failed >= run.slices.total) await finishRun(engine, run.runId);
}

const wake = (engine: Engine, runId: string, slice: number, seconds = 0): Promise<void> =>
  engine.wakeUps.send({ queue: 'sync-slices', body: { runId, slice } }, seconds);

interface Work {
  readonly engine: Engine;
  readonly run: Run;
  readonly slice: Slice;
  readonly open: OpenSource;
  readonly lease: Lease;
  readonly stop: AbortSignal;
}

async function workUnderLease(what: Work): Promise<boolean> {
  const { engine, run, lease, stop } = what;
  const slice = await engine.runs.updateSlice(run, what.slice.number, ({ attempts }) => ({
    attempts: attempts + 1,
  }));
  if (!slice) return false;
  if (slice.attempts > engine.patience.attempts) {
    await failSlice(engine, run, slice, slice.error ?? 'Its workers died every time; see the log');
    return false;
  }
  const cancel = watchForCancel(engine, run.runId);
  const tally = new Tally(engine, run, { source: run.source, kind: run.kind }, slice.counts);
  try {
    const signal = AbortSignal.any([stop, lease.lost, cancel.signal]);
    const outcome = await work({ ...what, slice }, tally, signal);
    signal.throwIfAborted();
    lease.assertOutlives(0);
    await engine.onStep?.('before done', run);
    if (outcome.state === 'split') await split(engine, run, slice, outcome);
    else if (outcome.state === 'paused') await pause(engine, run, slice, outcome);
    else await end(engine, run, slice, outcome);
    return false;
  } catch (error) {
    if (cancel.signal.aborted) return true;
    await handle({ ...what, slice }, error, tally);
    return false;
  } finally {
    cancel.end();
  }
}

async function work(
  { engine, run, slice, open, lease }: Work,
  tally: Tally,
  signal: AbortSignal,
): Promise<SliceOutcome> {
  await tally.begin();
  const { concurrency, parallelSlices } = open.settings;
  const context: SliceContext = {
    engine,
    run,
    slice,
    feed: { source: run.source, kind: run.kind },
    open,
    tally,
    signal,
    fence: () => lease.assertOutlives(engine.sink.limits.deadlineMs),
    // The calls in flight are the source's, over all its slices; a run of few slices shares them among few.
    concurrency: Math.max(1, Math.floor(concurrency / Math.min(parallelSlices, run.slices.total))),
    deadline: engine.now() + engine.patience.sliceBudgetMs,
  };
  const { catalog, consumption } = open.source;
  const task = slice.work;
  if (task.type === 'replay') return workReplay(context);
  if (task.type === 'listing' && catalog) return workListing(context, catalog, task.resume);
  if (task.type === 'window' && consumption?.type === 'windowed')
    return workWindow(context, consumption, task.window);
  if (task.type === 'learner' && consumption?.type === 'scanned' && run.request.learner)
    return workLearner(context, consumption, run.request.learner);
  if (task.type === 'course' && run.kind === 'consumption' && consumption?.type === 'scanned')
    return workCourse(context, consumption, task.courseId);
  if (task.type === 'course' && run.kind === 'catalog' && catalog) {
    await workCatalogCourse(context, task.courseId);
    return finished(context);
  }
  throw new UnsupportedError(
    `The source ${run.source} is set up otherwise than when the run was planned; start the run again`,
  );
}

async function end(engine: Engine, run: Run, slice: Slice, outcome: SliceResult) {
  const next = await engine.runs.endSlice(run.runId, slice.number, outcome);
  if (next) await afterSlice(engine, next);
  else await repeatFinish(engine, (await engine.runs.read(run.runId)) ?? run);
}

const failSlice = (engine: Engine, run: Run, slice: Slice, error: string, counts?: Counts): Promise<void> => {
  const { runId, source, kind } = run;
  engine.log.error({ runId, source, kind, slice: slice.number, error }, 'slice failed');
  return end(engine, run, slice, { state: 'failed', error, counts });
};

/** A message that the platform gave up on: its slice fails, so that the run can end. */
export async function abandonSlice(engine: Engine, runId: string, number: number): Promise<void> {
  const run = await engine.runs.read(runId);
  const slice = run && !isEnded(run) ? await engine.runs.readSlice(run, number) : undefined;
  // Whoever holds the lease works on it all the same.
  if (await engine.leases.isHeld(`slice-${runId}-${number}`)) return;
  if (run && slice?.state === 'pending')
    await failSlice(engine, run, slice, slice.error ?? 'its worker failed every time; see the log');
}

async function pause(
  engine: Engine,
  run: Run,
  slice: Slice,
  outcome: SliceOutcome & { state: 'paused' },
): Promise<void> {
  const { resume, seen, counts, dueAt } = outcome;
  await engine.runs.keepSeen(run, slice.number, seen);
  // It got on: the tries are for what does not.
  await putBack(engine, run, slice, { work: { type: 'listing', resume }, counts, dueAt, attempts: 0 });
}

async function split(
  engine: Engine,
  run: Run,
  slice: Slice,
  outcome: SliceOutcome & { state: 'split' },
): Promise<void> {
  // A due time tells these from planned slices whose turn to be sent has not come.
  const dueAt = outcome.dueAt ?? engine.now();
  const next = await engine.runs.splitSlice(run.runId, slice.number, outcome.works, dueAt);
  if (!next) return;
  const delay = Math.max(0, dueAt - engine.now()) / 1000;
  for (let i = outcome.works.length - 1; i >= 0; i--)
    await wake(engine, run.runId, next.lastSlice - i, delay);
}

async function handle(
  { engine, run, slice, lease, stop }: Work,
  error: unknown,
  tally: Tally,
): Promise<void> {
  const { runId, source, kind } = run;
  const facts = { runId, source, kind, slice: slice.number };
  const again = error instanceof RetryableError || error instanceof ConflictError;
  if (lease.lost.aborted || error instanceof LeaseLostError) {
    // Another worker has the slice, or will get it from the sweep. Whatever this one did is done again.
    engine.log.warn(facts, 'lease lost');
  } else if (stop.aborted) {
    await putBack(engine, run, slice, { attempts: slice.attempts - 1, dueAt: engine.now() });
  } else if (error instanceof WaitError) {
    engine.log.info({ ...facts, until: new Date(error.until).toISOString() }, 'slice put back for a pause');
    await putBack(engine, run, slice, { attempts: slice.attempts - 1, dueAt: error.until });
  } else if (again && slice.attempts < engine.patience.attempts) {
    engine.log.warn({ ...facts, attempt: slice.attempts, error: sentence(error) }, 'slice put back');
    const delay = retryDelayMs(engine.patience, slice.attempts, () => engine.random());
    await putBack(engine, run, slice, { dueAt: engine.now() + delay, error: sentence(error) });
  } else {
    await failSlice(engine, run, slice, sentence(error), tally.countsSoFar);
  }
}

async function putBack(engine: Engine, run: Run, slice: Slice, patch: Partial<Slice>): Promise<void> {
  await engine.runs.updateSlice(run, slice.number, () => patch);
  await wake(engine, run.runId, slice.number, Math.max(0, (patch.dueAt ?? 0) - engine.now()) / 1000);
}

/** Looks every 2 s whether the run was cancelled, or ended by someone else. */
function watchForCancel(engine: Engine, runId: string): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  const look = async (): Promise<void> => {
    const run = await engine.runs.read(runId).catch(() => undefined);
    if (run && (run.cancelRequested || isEnded(run)))
      controller.abort(new CancelledError('The run was cancelled'));
  };
  const timer = setInterval(() => void look(), engine.patience.cancelPollMs);
  timer.unref();
  return { signal: controller.signal, end: () => clearInterval(timer) };
}
