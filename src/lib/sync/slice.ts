import { randomBytes } from 'node:crypto';
import { type Counts, isEnded, type Run, type Slice } from '../domain/run';
import {
  ConflictError,
  LeaseLostError,
  RetryableError,
  sentence,
  UnsupportedError,
  WaitError,
} from '../errors';
import type { Lease } from '../store/leases';
import { workCourse, workLearner } from './course-slice';
import { type Engine, openFeed, type OpenFeed, retryDelayMs } from './engine';
import type { SliceResult } from '../store/runs';
import { cancelRun } from './cancel';
import { isNotHere, notHereSeconds } from './not-here';
import { afterSlice, finishRun } from './finish';
import { workCatalogCourse, workListing } from './listing-slice';
import { acquirePlace } from './places';
import { workReplay } from './replay-slice';
import { finished, sliceLease, type SliceContext, type SliceOutcome } from './slice-context';
import { Tally } from './tally';
import { watchForCancel } from './watch-for-cancel';
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
  const lease = await engine.leases.acquire(sliceLease({ runId, number }));
  if (!lease) return wake(engine, runId, number, busySeconds.lease);
  let cancelled: boolean;
  try {
    // Read again under the lease: a cancel looks at the leases after it has left its mark, and another worker may
    // have put the slice back, or ended it.
    const now = await engine.runs.read(runId);
    const free = now && (await engine.runs.readSlice(now, number));
    if (now?.cancelRequested || !now || isEnded(now)) cancelled = true;
    else if (free?.state !== 'pending' || free.dueAt > engine.now() + 1_000) cancelled = false;
    else cancelled = await workInPlace(engine, now, free, lease, stop);
  } finally {
    await lease.release();
  }
  // Only now, without the lease: the last worker to let go ends the run, also one that had its slice done just when
  // the cancel came.
  if (cancelled || (await engine.runs.read(runId))?.cancelRequested) await cancelRun(engine, runId);
}

/** @returns whether the work ended because the run was cancelled. */
async function workInPlace(
  engine: Engine,
  run: Run,
  slice: Slice,
  lease: Lease,
  stop: AbortSignal,
): Promise<boolean> {
  let open: OpenFeed;
  try {
    open = openFeed(engine, run);
  } catch (error) {
    if (!isNotHere(engine, run, error)) await failSlice(engine, run, slice, sentence(error));
    else await leave(engine, run, slice, error);
    return false;
  }
  const place = await acquirePlace(engine, run, open.settings.parallelSlices);
  if (!place) {
    // The due time tells the sweep that this slice's call is not lost.
    const dueAt = engine.now() + busySeconds.place * 1000;
    await engine.runs.updateSlice(run, slice.number, () => ({ dueAt }), slice);
    await wake(engine, run.runId, slice.number, busySeconds.place);
    return false;
  }
  try {
    return await workUnderLease({ engine, run, slice, open, stop, lease });
  } finally {
    await place.release();
  }
}

function leave(engine: Engine, run: Run, slice: Slice, thrown: unknown): Promise<void> {
  const { runId, source, kind } = run;
  const error = sentence(thrown);
  engine.log.warn({ runId, source, kind, slice: slice.number, error }, 'slice left to others');
  return putBack(engine, run, slice, { dueAt: engine.now() + notHereSeconds * 1000, error });
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
  readonly open: OpenFeed;
  readonly lease: Lease;
  readonly stop: AbortSignal;
}

async function workUnderLease(what: Work): Promise<boolean> {
  const { engine, run, lease, stop } = what;
  // A worker that loses its lease and does not notice must not write over what its successor does.
  const worker = randomBytes(8).toString('hex');
  const slice = await engine.runs.updateSlice(
    run,
    what.slice.number,
    ({ attempts }) => ({ attempts: attempts + 1, worker }),
    what.slice,
  );
  if (!slice) return false;
  if (slice.attempts > engine.patience.attempts) {
    await failSlice(engine, run, slice, slice.error ?? 'Its workers died every time; see the log');
    return false;
  }
  const cancel = watchForCancel(engine, run.runId);
  const tally = new Tally(engine, run, what.open.feed, slice);
  tally.hold = lease;
  try {
    const signal = AbortSignal.any([stop, lease.lost, cancel.signal]);
    const outcome = await work({ ...what, slice }, tally, signal);
    signal.throwIfAborted();
    lease.assertOutlives(0);
    await engine.onStep?.('before done', run);
    if (outcome.state === 'split') await split(engine, run, slice, outcome);
    else if (outcome.state === 'paused') await pause(engine, run, slice, outcome, tally);
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
    feed: open.feed,
    open,
    tally,
    signal,
    lease,
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
    return workLearner(context, consumption, run.request.learner, task.resume);
  if (task.type === 'course' && run.kind === 'consumption' && consumption?.type === 'scanned')
    return workCourse(context, consumption, task.courseId, task.resume);
  if (task.type === 'course' && run.kind === 'catalog' && catalog) {
    await workCatalogCourse(context, task.courseId);
    return finished(context);
  }
  throw new UnsupportedError(
    `The source ${run.source} is set up otherwise than when the run was planned; start the run again`,
  );
}

/** @returns whether the slice was still this worker's to end. */
async function end(engine: Engine, run: Run, slice: Slice, outcome: SliceResult): Promise<boolean> {
  const next = await engine.runs.endSlice(run.runId, slice, outcome);
  if (next) await afterSlice(engine, next);
  else await repeatFinish(engine, (await engine.runs.read(run.runId)) ?? run);
  return next !== undefined;
}

async function failSlice(
  engine: Engine,
  run: Run,
  slice: Slice,
  error: string,
  counts?: Counts,
): Promise<void> {
  const { runId, source, kind, destination } = run;
  if (await end(engine, run, slice, { state: 'failed', error, counts }))
    engine.log.error({ runId, source, kind, destination, slice: slice.number, error }, 'slice failed');
}

/** A message that the platform gave up on: its slice fails, so that the run can end. */
export async function abandonSlice(engine: Engine, runId: string, number: number): Promise<void> {
  const run = await engine.runs.read(runId);
  const slice = run && !isEnded(run) ? await engine.runs.readSlice(run, number) : undefined;
  // Whoever holds the lease works on it all the same.
  if (await engine.leases.isHeld(sliceLease({ runId, number }))) return;
  if (run && slice?.state === 'pending')
    await failSlice(engine, run, slice, slice.error ?? 'its worker failed every time; see the log');
}

async function pause(
  engine: Engine,
  run: Run,
  slice: Slice,
  outcome: SliceOutcome & { state: 'paused' },
  tally: Tally,
): Promise<void> {
  const { work, seen, told, soFar, dueAt } = outcome;
  const { changes } = tally;
  const { counts, notes } = soFar ?? tally;
  // It got on: the tries are for what does not.
  const patch = { work, counts, changes, notes, dueAt, attempts: 0, error: undefined };
  const paused = await engine.runs.paused.slice(run, slice, patch, { seen, told });
  const { runId, source, kind, destination } = run;
  const facts = { runId, source, kind, destination, slice: slice.number };
  if (!paused) return engine.log.warn(facts, 'lease lost');
  const wait = dueAt - engine.now();
  if (wait > 0)
    engine.log.info({ ...facts, until: new Date(dueAt).toISOString() }, 'slice put back for a pause');
  await wake(engine, runId, slice.number, Math.max(0, wait) / 1000);
}

async function split(
  engine: Engine,
  run: Run,
  slice: Slice,
  outcome: SliceOutcome & { state: 'split' },
): Promise<void> {
  // A due time tells these from planned slices whose turn to be sent has not come.
  const dueAt = outcome.dueAt ?? engine.now();
  const next = await engine.runs.splitSlice(run.runId, slice, outcome.works, dueAt);
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
  const { runId, source, kind, destination } = run;
  const facts = { runId, source, kind, destination, slice: slice.number };
  const again = error instanceof RetryableError || error instanceof ConflictError;
  if (lease.lost.aborted || error instanceof LeaseLostError) {
    // Another worker has the slice, or will get it from the sweep. Whatever this one did is done again.
    engine.log.warn(facts, 'lease lost');
  } else if (stop.aborted) {
    const dueAt = Math.max(engine.now(), lease.keptUntil);
    await putBack(engine, run, slice, { attempts: slice.attempts - 1, dueAt });
  } else if (error instanceof WaitError) {
    engine.log.info({ ...facts, until: new Date(error.until).toISOString() }, 'slice put back for a pause');
    await putBack(engine, run, slice, { attempts: slice.attempts - 1, dueAt: error.until });
  } else if (again && slice.attempts < engine.patience.attempts) {
    engine.log.warn({ ...facts, attempt: slice.attempts, error: sentence(error) }, 'slice put back');
    const delay = retryDelayMs(engine.patience, slice.attempts, () => engine.random());
    // What it sent may become something else by then, and this again: the same bytes are to be taken anew.
    const pauses = slice.pauses + 1;
    await putBack(engine, run, slice, { pauses, dueAt: engine.now() + delay, error: sentence(error) });
  } else {
    await failSlice(engine, run, slice, sentence(error), tally.countsSoFar);
  }
}

async function putBack(engine: Engine, run: Run, slice: Slice, patch: Partial<Slice>): Promise<void> {
  const { runId, source, kind, destination } = run;
  const written = await engine.runs.updateSlice(run, slice.number, () => patch, slice);
  if (!written)
    return engine.log.warn({ runId, source, kind, destination, slice: slice.number }, 'lease lost');
  await wake(engine, runId, slice.number, Math.max(0, (patch.dueAt ?? 0) - engine.now()) / 1000);
}
