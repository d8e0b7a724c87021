import { type Counts, isEnded, type Run, type Slice } from '../../domain/run';
import {
  ConflictError,
  LeaseLostError,
  RetryableError,
  sentence,
  UnsupportedError,
  WaitError,
} from '../../errors';
import type { Lease } from '../../store/leases';
import type { SliceResult } from '../../store/runs';
import { passesSoon } from './answered-before';
import { cancelRun } from './cancel';
import { workCourse, workLearner } from '../slice/course';
import { workCourses } from '../slice/courses';
import { type Due, freeSlices } from './due';
import { type Engine, nextOf, openFeed, type OpenFeed, originOf, retryDelayMs } from '../engine';
import { finishRun } from './finish';
import { applyCourse } from '../deliver/apply-course';
import { workListing } from '../slice/listing-slice';
import { takeUp } from './leave';
import { workReplay } from '../slice/replay';
import {
  bothOf,
  finished,
  type Held,
  keyPrefix,
  sliceLease,
  type SliceContext,
  type SliceOutcome,
} from '../slice/context';
import { Tally } from '../deliver/tally';
import { failingText } from '../waiting';
import { watchForCancel } from './watch-for-cancel';
import { workWindow } from '../slice/window';

/** What became of a worker's go at a slice; `lost`: with it, the right to work any other. */
type Went = 'ended' | 'rescheduled' | 'cancelled' | 'lost';

interface Taken {
  readonly engine: Engine;
  readonly run: Run;
  readonly slice: Slice;
  readonly place: Lease;
  readonly stop: AbortSignal;
}

/**
 * Takes a slice that is free and works it from a place. Returns when it is done, failed, rescheduled, or not this
 * worker's to do (undefined); throws only when not even that could be written down.
 * @param stop aborts when the host stops: the slice is rescheduled at once.
 */
export async function workFrom(
  engine: Engine,
  place: Lease,
  due: Due,
  stop: AbortSignal,
): Promise<Went | undefined> {
  const { runId } = due.run;
  const slice = await engine.runs.takeSlice(due.run, due.slice, place.id);
  if (!slice) return undefined;
  // Read again: a cancel leaves its mark, and looks for who is at work after that.
  const now = await engine.runs.read(runId);
  const run = now && (await takeUp(engine, now));
  if (!run || isEnded(run)) return undefined;
  const went = run.cancelRequested ? 'cancelled' : await workTaken({ engine, run, slice, place, stop });
  if (went === 'ended') return went;
  // What it has sent may still land: nobody may take the run for over before.
  if (went === 'cancelled' && !place.isKept)
    await engine.runs.updateSlice(run, slice.number, () => ({ worker: undefined }), slice);
  // The last worker to let go ends the run.
  if ((await engine.runs.read(runId))?.cancelRequested) await cancelRun(engine, runId);
  return went;
}

async function workTaken(taken: Taken): Promise<Went> {
  const { engine, run, slice, place } = taken;
  const open = openFeed(engine, run);
  if (slice.attempts > engine.patience.attempts)
    return failSlice(taken, slice.error ?? 'Its workers died every time; see the log');
  if (run.kind !== 'catalog' && slice.work.type !== 'courses')
    return workUnderLease({ ...taken, open, lease: place });
  // Courses that it puts in doubt bear its name: a place has many slices, one after another.
  const own = await engine.leases.acquire(sliceLease(slice));
  if (!own) return putBack(taken, { attempts: slice.attempts - 1, dueAt: engine.now() + busyMs });
  try {
    return await workUnderLease({ ...taken, open, lease: bothOf(own, place) });
  } finally {
    await own.release();
  }
}

/** Before a listing is looked at again whose last worker may still be sending. */
const busyMs = 5_000;

const wake = (engine: Engine, runId: string, slice: number, seconds = 0): Promise<void> =>
  engine.wakeUps.send({ queue: 'sync-slices', body: { runId, slice } }, seconds);

interface Work extends Taken {
  readonly open: OpenFeed;
  /** Under which it sends. */
  readonly lease: Held;
}

async function workUnderLease(what: Work): Promise<Went> {
  const { engine, run, slice, lease, stop } = what;
  const cancel = watchForCancel(engine, run.runId);
  const tally = new Tally(engine, run, what.open.feed, slice);
  tally.hold = lease;
  try {
    const signal = AbortSignal.any([stop, lease.lost, cancel.signal]);
    const outcome = await workByType(what, tally, signal);
    // What a slice of many courses got done counts, also when the host stops.
    const isPartly = outcome.state === 'paused' || (outcome.state === 'done' && outcome.left !== undefined);
    if (!(stop.aborted && isPartly)) signal.throwIfAborted();
    lease.assertOutlives(0);
    await engine.onStep?.('before done', run);
    if (outcome.state === 'split') return await split(what, outcome);
    if (outcome.state === 'paused') return await pause(what, outcome, tally);
    return await end(what, outcome);
  } catch (error) {
    return cancel.signal.aborted ? 'cancelled' : await handle(what, error, tally);
  } finally {
    cancel.end();
  }
}

async function workByType(
  { engine, run, slice, open, lease }: Work,
  tally: Tally,
  signal: AbortSignal,
): Promise<SliceOutcome> {
  await tally.begin();
  const context: SliceContext = {
    engine,
    run,
    slice,
    open,
    tally,
    signal,
    hold: lease,
    keyPrefix: keyPrefix(slice),
    to: originOf(open, run.createdAt),
    dryRun: run.dryRun,
    force: run.mode === 'full',
    // The source's gate shares the calls in flight among all who ask.
    concurrency: open.settings.concurrency,
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
  if (task.type === 'courses' && consumption?.type === 'scanned')
    return workCourses(context, consumption, task.courseIds);
  if (task.type === 'course' && run.kind === 'consumption' && consumption?.type === 'scanned')
    return workCourse(context, consumption, task.courseId, task.resume);
  if (task.type === 'course' && run.kind === 'catalog' && catalog) {
    await applyCourse(task.courseId, context);
    return finished(context);
  }
  throw new UnsupportedError(
    `The source ${run.source} is set up otherwise than when the run was planned; start the run again`,
  );
}

type Whose = Pick<Taken, 'engine' | 'run' | 'slice'>;

async function end({ engine, run: { runId }, slice }: Whose, result: SliceResult): Promise<'ended'> {
  const ended = await engine.runs.endSlice(runId, slice, result);
  const run = ended ?? (await engine.runs.read(runId));
  const left = (ended && result.state === 'done' && result.left) || [];
  for (const [i, { dueAt }] of left.entries()) {
    const number = (ended?.lastSlice ?? 0) - left.length + i + 1;
    await wake(engine, runId, number, Math.max(0, dueAt - engine.now()) / 1000);
  }
  if (run && run.slices.done + run.slices.failed >= run.slices.total) await finishRun(engine, runId);
  // Done just when the cancel came: the last worker to let go ends the run.
  else if (run?.cancelRequested) await cancelRun(engine, runId);
  if (!ended || result.state === 'done') return 'ended';
  const { source, kind, destination } = ended;
  const { error } = result;
  engine.log.error({ runId, source, kind, destination, slice: slice.number, error }, 'slice failed');
  return 'ended';
}

const failSlice = (whose: Whose, error: string, counts?: Counts): Promise<Went> =>
  end(whose, { state: 'failed', error, counts });

/** A message that the platform gave up on: its slice fails, so that the run can end. */
export async function abandonSlice(engine: Engine, runId: string, number: number): Promise<void> {
  const run = await engine.runs.read(runId);
  if (!run || isEnded(run)) return;
  const slice = await engine.runs.readSlice(run, number);
  // Whoever has it works on it all the same.
  if (slice?.state !== 'pending' || !(await freeSlices(engine, run)(slice))) return;
  await failSlice({ engine, run, slice }, slice.error ?? 'its worker failed every time; see the log');
}

async function pause(
  taken: Taken,
  { work, seen, told, soFar, dueAt }: SliceOutcome & { state: 'paused' },
  tally: Tally,
): Promise<Went> {
  const { engine, run, slice } = taken;
  const { changes } = tally;
  const { counts, notes } = soFar ?? tally;
  // It got on: the attempts are for what does not.
  const patch = { work, counts, changes, notes, dueAt, attempts: 0, ...well, ...freed(taken) };
  const paused = await engine.runs.paused.slice(run, slice, patch, { seen, told });
  const { runId, source, kind, destination } = run;
  const facts = { runId, source, kind, destination, slice: slice.number };
  if (!paused) {
    engine.log.warn(facts, 'lease lost');
    return 'lost';
  }
  const wait = dueAt - engine.now();
  if (wait > 0)
    engine.log.info({ ...facts, until: new Date(dueAt).toISOString() }, 'slice waits for a pause');
  await wake(engine, runId, slice.number, Math.max(0, wait) / 1000);
  return 'rescheduled';
}

async function split(
  { engine, run, slice }: Taken,
  { works, dueAt }: SliceOutcome & { state: 'split' },
): Promise<Went> {
  const next = await engine.runs.splitSlice(run.runId, slice, works, dueAt ?? 0);
  if (!next) return 'rescheduled';
  const delay = Math.max(0, (dueAt ?? 0) - engine.now()) / 1000;
  for (let i = works.length - 1; i >= 0; i--) await wake(engine, run.runId, next.lastSlice - i, delay);
  return 'rescheduled';
}

async function handle(what: Work, error: unknown, tally: Tally): Promise<Went> {
  const { engine, run, slice, lease, stop } = what;
  const { runId, source, kind, destination } = run;
  const facts = { runId, source, kind, destination, slice: slice.number };
  const again =
    error instanceof RetryableError || error instanceof ConflictError || passesSoon(error, run, slice);
  if (lease.lost.aborted || error instanceof LeaseLostError) {
    // Another worker has the slice, or will get it from the sweep. Whatever this one did is done again.
    engine.log.warn(facts, 'lease lost');
    return 'lost';
  }
  if (stop.aborted) {
    const dueAt = Math.max(engine.now(), lease.keptUntil);
    return putBack(what, { attempts: slice.attempts - 1, dueAt });
  }
  if (error instanceof WaitError) {
    engine.onRetry?.({ run, why: sentence(error), at: error.until });
    const until = new Date(error.until).toISOString();
    engine.log.info({ ...facts, until, why: error.message }, 'slice waits for a pause');
    return putBack(what, { attempts: slice.attempts - 1, dueAt: error.until, ...well });
  }
  if (!again || slice.attempts >= engine.patience.attempts)
    return failSlice(what, sentence(error), tally.countsSoFar);
  const dueAt = engine.now() + retryDelayMs(engine.patience, slice.attempts, () => engine.random());
  const failure = { error: sentence(error), failingSince: slice.failingSince ?? engine.now() };
  const { attempts: attempt } = slice;
  const waiting = failingText(engine, {
    ...failure,
    since: failure.failingSince,
    attempt: attempt + 1,
    dueAt,
  });
  engine.log.warn({ ...facts, attempt, error: failure.error, waiting }, 'slice will be retried');
  engine.onRetry?.({ run, why: failure.error, at: dueAt, attempt: nextOf(engine.patience, attempt) });
  // What it sent may become something else by then, and this again: the same bytes are to be taken anew.
  const pauses = slice.pauses + 1;
  return putBack(what, { pauses, dueAt, ...failure });
}

/** Of a slice that got on, or was asked to wait: the failures before are over. */
const well = { error: undefined, failingSince: undefined };

async function putBack(taken: Taken, patch: Partial<Slice>): Promise<Went> {
  const { engine, run, slice } = taken;
  const { runId, source, kind, destination } = run;
  const written = await engine.runs.updateSlice(
    run,
    slice.number,
    () => ({ ...patch, ...freed(taken) }),
    slice,
  );
  if (!written) {
    engine.log.warn({ runId, source, kind, destination, slice: slice.number }, 'lease lost');
    return 'lost';
  }
  await wake(engine, runId, slice.number, Math.max(0, (patch.dueAt ?? 0) - engine.now()) / 1000);
  return 'rescheduled';
}

/** Lets others have the slice, unless something that it sent may still land. */
const freed = ({ place }: Taken): Partial<Slice> => (place.isKept ? {} : { worker: undefined });
