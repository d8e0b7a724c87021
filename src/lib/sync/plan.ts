import { randomBytes } from 'node:crypto';
import { courseIdFault } from '../domain/course';
import type { Feed } from '../domain/feed';
import { addNotes } from '../domain/notes';
import { isEnded, isWhole, type Run, type SliceWork } from '../domain/run';
import { addSeconds, earlier, later, utc, type Utc, type Window } from '../domain/time';
import { PayloadError, RetryableError, sentence, UnsupportedError, WaitError } from '../errors';
import type { ScannedFeed, WindowedFeed } from '../sources/source';
import { neighbours } from '../store/learner-ledger';
import { mostKept } from '../store/paused';
import { passesSoon } from './answered-before';
import { cancelRun } from './cancel';
import { cutWindow } from './cut-window';
import { type Engine, openFeed, type OpenSource, retryDelayMs, shapeOf } from './engine';
import { endRun, finishRun } from './finish';
import { isNotHere, notHereSeconds } from './not-here';
import { without } from './intervals';
import { parallelSlices } from './places';
import { takeTurn } from './turn';
import { watchForCancel } from './watch-for-cancel';
import { placeCut } from './window-slice';

export interface PlanOptions {
  /** The caller works the run's slices right after: one worker less is woken. */
  readonly worksOn?: boolean;
}

interface Plan {
  readonly works: readonly SliceWork[];
  /** What the operator should know of the list of courses. */
  readonly notes?: readonly string[];
  readonly window?: Window;
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
    const now = await engine.runs.read(runId);
    if (now && !now.planId && !now.cancelRequested && !isEnded(now))
      await planUnderLease(engine, now, AbortSignal.any([stop, lease.lost, cancel.signal]), options);
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
          state: 'running',
          mode,
          shape,
          window: plan.window,
          createdAt: plan.window?.to ?? now.createdAt,
          slices: { total, done: 0, failed: 0 },
          lastSlice: total,
          notes: addNotes(now.notes, [...(isMoved ? [sentAnew] : []), ...(plan.notes ?? [])]),
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
    await engine.runs.update(runId, () => ({ planDueAt: error.until }));
    return engine.wakeUps.send({ queue: 'sync-runs', body: { runId } }, (error.until - engine.now()) / 1000);
  }
  if (isNotHere(engine, run, error)) {
    engine.log.warn({ runId, source, kind, error: sentence(error) }, 'plan left to others');
    await engine.runs.update(runId, () => ({ planDueAt: engine.now() + notHereSeconds * 1000 }));
    return engine.wakeUps.send({ queue: 'sync-runs', body: { runId } }, notHereSeconds);
  }
  const attempt = run.planAttempts + 1;
  const again = error instanceof RetryableError || passesSoon(error, run);
  if (again && attempt < engine.patience.attempts) {
    const delay = retryDelayMs(engine.patience, attempt, () => engine.random());
    engine.log.warn({ runId, source, kind, destination, attempt, error: sentence(error) }, 'plan put back');
    await engine.runs.update(runId, () => ({ planAttempts: attempt, planDueAt: engine.now() + delay }));
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

/** @throws WaitError when it is to go on later, from where it then is. */
async function planCourses(engine: Engine, run: Run, feed: ScannedFeed, signal: AbortSignal): Promise<Plan> {
  const deadline = engine.now() + engine.patience.sliceBudgetMs;
  const ids = new Set(run.planPoint ? await engine.runs.paused.readFound(run) : []);
  const before = ids.size;
  let cursor = run.planPoint?.cursor;
  let notes: readonly string[] = [];
  const later = async (next: string, until: number): Promise<never> => {
    if (notes.length > 0)
      await engine.runs.update(run.runId, (now) => ({ notes: addNotes(now.notes, notes) }));
    await engine.runs.paused.plan(run, next, [...ids].slice(before));
    throw new WaitError('The list of courses goes on later', until);
  };
  for (let pages = 1; ; pages++) {
    signal.throwIfAborted();
    let page: Awaited<ReturnType<ScannedFeed['courses']>>;
    try {
      page = await feed.courses(cursor, { signal });
    } catch (error) {
      if (pages === 1 || cursor === undefined || !(error instanceof WaitError)) throw error;
      return later(cursor, error.until);
    }
    for (const id of page.ids) {
      const fault = courseIdFault(id);
      if (fault) notes = addNotes(notes, [`a course is left out: ${fault}`]);
      else ids.add(id);
    }
    notes = addNotes(notes, page.notes ?? []);
    // The results of the courses behind it would be missed without a word.
    if (page.cutShort !== undefined)
      throw new RetryableError(`The list of courses of ${run.source} is cut short: ${page.cutShort}`);
    cursor = page.next;
    if (cursor === undefined) break;
    // A page is taken whole: there is room for a large one.
    const enough = ids.size - before >= mostKept.courseIds / 2;
    if (enough || engine.now() > deadline) await later(cursor, engine.now());
  }
  return { works: coursesTogether(ids, parallelSlices(engine, run)), notes };
}

/** Courses of a slice: enough that it is worth one, few enough that all places have some. */
const together = { least: 20, most: 100, characters: 25_000 };

function coursesTogether(ids: ReadonlySet<string>, places: number): SliceWork[] {
  if (ids.size <= places) return [...ids].map((courseId) => ({ type: 'course', courseId }));
  const most = Math.max(together.least, Math.min(together.most, Math.ceil(ids.size / (2 * places))));
  const works: { type: 'courses'; courseIds: string[] }[] = [];
  let characters = 0;
  for (const id of neighbours(ids)) {
    const last = works.at(-1);
    characters += id.length;
    if (last && last.courseIds.length < most && characters <= together.characters) last.courseIds.push(id);
    else {
      works.push({ type: 'courses', courseIds: [id] });
      characters = id.length;
    }
  }
  return works;
}

async function planWindows(
  engine: Engine,
  run: Run,
  open: OpenSource,
  feed: WindowedFeed,
  signal: AbortSignal,
): Promise<Plan> {
  const { settings } = open;
  const state = await engine.feeds.read(run as Feed);
  const place = placeCut(feed.timeZone);
  const lag = -60 * settings.lagMinutes;
  const ownEnd = addSeconds(utc(engine.now()), lag);
  const from = place(run.request.from ?? startOf(run, open, state.watermark, state.lastRelook, engine.now()));
  // The source's own clock decides what "now" is: it wrote the times that are compared.
  const { serverTime } = await feed.count({ from, to: later(ownEnd, addSeconds(from, 1)) }, { signal });
  if (state.watermark !== undefined && state.watermark > serverTime)
    throw new PayloadError(
      `The watermark of ${run.source} (${state.watermark}) lies in the future of the source's clock (${serverTime}); correct the clock, or set the watermark back`,
    );
  const end = addSeconds(serverTime, lag);
  const to = place(run.request.to ? earlier(run.request.to, end) : end);
  if (from >= to) return { works: [] };
  const { from: asked, to: until, courseId, learner } = run.request;
  const filtered = [asked, until, courseId, learner].some((filter) => filter !== undefined);
  const anew = filtered || run.mode === 'full' || relookDue(run, open, state.lastRelook, engine.now());
  const window = { from, to };
  const works: SliceWork[] = [];
  const deadline = engine.now() + engine.patience.sliceBudgetMs;
  let isOver = false;
  const probe = async (piece: Window): Promise<number> => {
    if (isOver || engine.now() > deadline) throw new NoMoreCounts();
    try {
      return (await feed.count(piece, { signal })).count;
    } catch (error) {
      throw error instanceof WaitError ? new NoMoreCounts() : error;
    }
  };
  for (const left of anew ? [window] : without(window, state.doneBeyond)) {
    try {
      const options = { maxRows: settings.maxRowsPerSlice, probe, place };
      const pieces = await cutWindow(left, await probe(left), options);
      works.push(...pieces.map((piece): SliceWork => ({ type: 'window', ...piece })));
    } catch (error) {
      if (!(error instanceof NoMoreCounts)) throw error;
      isOver = true;
      works.push({ type: 'window', window: left, expected: 0 });
    }
  }
  return { works, window };
}

/** The source wants a rest, or the time is up. What is not cut by then is halved by the worker that meets it. */
class NoMoreCounts extends Error {}

function startOf(
  run: Run,
  open: OpenSource,
  watermark: Utc | undefined,
  lastRelook: string | undefined,
  now: number,
): Utc {
  const { since, relookHours } = open.settings;
  if (watermark === undefined || run.mode === 'full') return since;
  return relookDue(run, open, lastRelook, now)
    ? later(since, addSeconds(watermark, -3600 * relookHours))
    : watermark;
}

/** Once a night a timer's run looks at the last hours again, for rows that were committed late. */
function relookDue(run: Run, open: OpenSource, lastRelook: string | undefined, now: number): boolean {
  return run.trigger === 'timer' && open.settings.relookHours > 0 && lastRelook !== utc(now).slice(0, 10);
}
