import { randomBytes } from 'node:crypto';
import { addNotes } from '../../domain/notes';
import { isEnded, isWhole, type Plan, type Run } from '../../domain/run';
import {
  NotNamedError,
  RetryableError,
  sentence,
  SettingsError,
  UnsupportedError,
  WaitError,
} from '../../errors';
import { passesSoon } from './answered-before';
import { cancelRun } from './cancel';
import { type Engine, nextOf, openFeed, type OpenSource, retryDelayMs, shapeOf } from '../engine';
import { endRun, finishRun } from './finish';
import { notHereMs } from '../not-here';
import { failingText } from '../waiting';
import { leaveRun, takeUp } from './leave';
import { parallelSlices } from './places';
import { planCourses } from './plan-courses';
import { planWindows } from './plan-windows';
import { takeTurn } from './turn';
import { watchForCancel } from './watch-for-cancel';

export interface PlanOptions {
  /** The caller works the run's slices right after: one worker less is woken. */
  readonly worksOn?: boolean;
}

/**
 * Cuts a run into slices and wakes workers for them. A plan that is committed is never made anew: its messages
 * are sent again.
 * @param stop aborts when the host stops.
 */
export async function planRun(
  engine: Engine,
  runId: string,
  stop: AbortSignal,
  options: PlanOptions = {},
): Promise<void> {
  const run = await engine.runs.read(runId);
  if (!run) return engine.log.warn({ runId }, 'no such run to plan');
  if (isEnded(run)) return finishRun(engine, runId);
  if (run.cancelRequested) return void (await cancelRun(engine, runId));
  if (run.planId)
    return run.slices.total === 0 ? finishRun(engine, runId) : sendMessages(engine, run, options);
  const now = engine.now();
  if (run.planDueAt > now)
    return engine.wakeUps.send({ queue: 'sync-runs', body: { runId } }, (run.planDueAt - now) / 1000);
  if (!(await hasTurn(engine, run))) return;
  const lease = await engine.leases.acquire(`plan-${runId}`);
  if (!lease) return engine.wakeUps.send({ queue: 'sync-runs', body: { runId } }, 30);
  const cancel = watchForCancel(engine, runId);
  try {
    // Read again under the lease: another planner may have got on, and a cancel looks at it after it has left its mark.
    const fresh = await engine.runs.read(runId);
    if (fresh && !fresh.planId && !fresh.cancelRequested && !isEnded(fresh))
      await planUnderLease(engine, fresh, AbortSignal.any([stop, lease.lost, cancel.signal]), options);
  } catch (error) {
    if (stop.aborted || lease.lost.aborted) throw error;
    lease.assertOutlives(0);
    if (!cancel.signal.aborted) await planFailed(engine, runId, error);
  } finally {
    cancel.end();
    await lease.release();
  }
  // Only now, without the lease: until then a cancel leaves the run to whoever plans it.
  const left = await engine.runs.read(runId);
  if (left?.cancelRequested && !isEnded(left)) await cancelRun(engine, runId);
}

/** A message that the platform gave up on: a run that still waits for its plan fails, so that it can end. */
export async function abandonPlan(engine: Engine, runId: string): Promise<void> {
  const run = await engine.runs.read(runId);
  // Whoever holds the lease plans on; a run that is planned is its slices' affair, and the sweep's.
  if (run?.state !== 'waiting' || (await engine.leases.isHeld(`plan-${runId}`))) return;
  await endRun(engine, runId, 'failed', 'The run could not be planned; see the log');
}

async function hasTurn(engine: Engine, run: Run): Promise<boolean> {
  if (run.dryRun) return true;
  const { activeRun } = await engine.feeds.read(run);
  if (activeRun === run.runId) return true;
  // Its turn comes when the other run ends; if there is no other, it is now.
  if (activeRun === undefined) await takeTurn(engine, run);
  return false;
}

async function planUnderLease(
  engine: Engine,
  run: Run,
  signal: AbortSignal,
  options: PlanOptions,
): Promise<void> {
  const open = openFeed(engine, run);
  const { missing } = open.destination;
  if (missing && !run.dryRun) throw new SettingsError(missing);
  await takeUp(engine, run);
  const shape = shapeOf(open);
  const { shape: known } = await engine.feeds.read(run);
  const isMoved = known !== undefined && known !== shape && isWhole(run);
  const mode = isMoved ? 'full' : run.mode;
  const plan = await makePlan(engine, { ...run, mode }, open, signal);
  const planId = randomBytes(4).toString('hex');
  await engine.runs.stage(run.runId, planId, plan.works);
  await engine.onStep?.('plan staged', run);
  signal.throwIfAborted();
  const total = plan.works.length;
  const committed = await engine.runs.update(run.runId, (now) =>
    now.planId || now.cancelRequested || isEnded(now)
      ? undefined
      : {
          planId,
          planFailure: undefined,
          state: 'running',
          mode,
          shape,
          window: plan.window,
          createdAt: plan.window?.to ?? now.createdAt,
          slices: { total, done: 0, failed: 0 },
          lastSlice: total,
          notes: addNotes(now.notes, [...(isMoved ? [{ text: sentAnew }] : []), ...(plan.notes ?? [])]),
        },
  );
  await engine.onStep?.('plan committed', run);
  if (!committed?.planId || isEnded(committed)) return;
  const { runId, source, kind, destination } = run;
  engine.log.info({ runId, source, kind, destination, slices: total, ...plan.window }, 'run planned');
  if (total === 0) await finishRun(engine, runId);
  else await sendMessages(engine, committed, options);
}

const sentAnew =
  'the destination, or a setting of what records look like there, is another one since the last whole run: everything is sent anew';

/** As many as there are places: each starts a worker, who takes one slice after another. */
async function sendMessages(engine: Engine, run: Run, { worksOn = false }: PlanOptions): Promise<void> {
  let left = parallelSlices(engine, run);
  let isFirst = worksOn;
  for await (const slice of engine.runs.slices(run, 'pending')) {
    if (left-- <= 0) return;
    if (isFirst) {
      isFirst = false;
      continue;
    }
    await engine.wakeUps.send(
      { queue: 'sync-slices', body: { runId: run.runId, slice: slice.number } },
      (slice.dueAt - engine.now()) / 1000,
    );
    await engine.onStep?.('message sent', run);
  }
}

async function planFailed(engine: Engine, runId: string, error: unknown): Promise<void> {
  const run = await engine.runs.read(runId);
  if (!run) return;
  const { source, kind, destination } = run;
  // The plan stands: what failed is to send its messages, and that is done again.
  if (run.planId) {
    const delay = retryDelayMs(engine.patience, 1, () => engine.random());
    return engine.wakeUps.send({ queue: 'sync-runs', body: { runId } }, delay / 1000);
  }
  if (error instanceof WaitError) {
    engine.onRetry?.({ run, why: sentence(error), at: error.until });
    const until = new Date(error.until).toISOString();
    engine.log.info(
      { runId, source, kind, destination, until, why: error.message },
      'plan waits for a pause',
    );
    await engine.runs.update(runId, () => ({ planDueAt: error.until, planFailure: undefined }));
    return engine.wakeUps.send({ queue: 'sync-runs', body: { runId } }, (error.until - engine.now()) / 1000);
  }
  if (error instanceof NotNamedError) {
    await engine.runs.update(runId, () => ({ planDueAt: engine.now() + notHereMs }));
    await leaveRun(engine, runId, error);
    return engine.wakeUps.send({ queue: 'sync-runs', body: { runId } }, notHereMs / 1000);
  }
  const attempt = run.planAttempts + 1;
  const again = error instanceof RetryableError || passesSoon(error, run);
  if (again && attempt < engine.patience.attempts) {
    const delay = retryDelayMs(engine.patience, attempt, () => engine.random());
    const planDueAt = engine.now() + delay;
    const planFailure = { since: run.planFailure?.since ?? engine.now(), error: sentence(error) };
    const waiting = failingText(engine, { ...planFailure, attempt: attempt + 1, dueAt: planDueAt });
    const facts = { runId, source, kind, destination, attempt, error: planFailure.error, waiting };
    engine.log.warn(facts, 'plan will be retried');
    engine.onRetry?.({
      run,
      why: planFailure.error,
      at: planDueAt,
      attempt: nextOf(engine.patience, attempt),
    });
    await engine.runs.update(runId, () => ({ planAttempts: attempt, planDueAt, planFailure }));
    return engine.wakeUps.send({ queue: 'sync-runs', body: { runId } }, delay / 1000);
  }
  await endRun(engine, runId, 'failed', sentence(error));
}

async function makePlan(engine: Engine, run: Run, open: OpenSource, signal: AbortSignal): Promise<Plan> {
  const { courseId, learner, replay } = run.request;
  if (replay) return { works: [{ type: 'replay' }] };
  if (run.kind === 'catalog') {
    if (!open.source.catalog) throw new UnsupportedError(`The source ${run.source} publishes no catalog`);
    return { works: courseId === undefined ? [{ type: 'listing' }] : [{ type: 'course', courseId }] };
  }
  const feed = open.source.consumption;
  if (!feed) throw new UnsupportedError(`The source ${run.source} publishes no results`);
  if (feed.type === 'windowed') return planWindows(engine, run, open, feed, signal);
  if (courseId !== undefined) return { works: [{ type: 'course', courseId }] };
  if (learner !== undefined && feed.learnerPage) return { works: [{ type: 'learner' }] };
  return planCourses(engine, run, feed, signal);
}
