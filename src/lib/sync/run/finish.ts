import { isEnded, isWhole, toldCounts, type Run, type RunState, type Slice } from '../../domain/run';
import { addNotes } from '../../domain/notes';
import { utc, type Window } from '../../domain/time';
import { tooManyBad } from '../deliver/deliver';
import type { Engine } from '../engine';
import { advance } from './intervals';
import { notThereYet } from '../why-not-sent';
import { noMatch } from './no-match';
import { releaseFeed } from './turn';

/**
 * Ends a run whose slices have all ended, or that was cancelled: watermark first, then its state, then the feed's
 * turn. Done again after a crash, it ends the same.
 */
export async function finishRun(engine: Engine, runId: string): Promise<void> {
  let run = await engine.runs.read(runId);
  if (!run) return;
  if (!isEnded(run)) {
    const outcome = await outcomeOf(engine, run);
    if (movesWatermark(run)) await moveWatermark(engine, run);
    if (outcome.state === 'succeeded' || outcome.state === 'partial') await keepShape(engine, run);
    await engine.onStep?.('finish', run);
    run = (await writeEnd(engine, runId, outcome)) ?? run;
  }
  await releaseFeed(engine, run);
}

/** Ends a run at once, with a reason. @param isSo whether that is still to be; if not, it goes on. */
export async function endRun(
  engine: Engine,
  runId: string,
  state: RunState,
  error: string,
  isSo: (run: Run) => boolean = () => true,
): Promise<void> {
  const run = await engine.runs.read(runId);
  if (!run) return;
  if (run.planId && movesWatermark(run)) await moveWatermark(engine, run);
  const now = await writeEnd(engine, runId, { state, error }, isSo);
  if (now && isEnded(now)) await releaseFeed(engine, now);
}

interface Outcome {
  readonly state: RunState;
  readonly error?: string;
}

/** Of all who find a run to be over at the same time, one writes that down and tells of it. */
async function writeEnd(
  engine: Engine,
  runId: string,
  outcome: Outcome,
  isSo: (run: Run) => boolean = () => true,
): Promise<Run | undefined> {
  let isMine = false;
  const ended = await engine.runs.update(runId, (now) => {
    isMine = !isEnded(now) && isSo(now);
    if (!isMine) return undefined;
    const note = outcome.state === 'succeeded' ? noMatch(now) : undefined;
    return {
      ...outcome,
      finishedAt: utc(engine.now()),
      ...(note && { notes: addNotes(now.notes, [{ text: note }]) }),
    };
  });
  if (ended && isMine) logEnd(engine, ended);
  return ended;
}

async function outcomeOf(engine: Engine, run: Run): Promise<Outcome> {
  if (run.cancelRequested) return { state: 'cancelled' };
  if (run.slices.failed > 0) {
    const failed = await firstFailed(engine, run);
    const more =
      run.slices.failed > 1
        ? ` (and ${run.slices.failed - 1} more of ${run.slices.total} slices failed)`
        : '';
    return { state: 'failed', error: `${failed?.error ?? 'A slice failed'}${more}` };
  }
  if (tooManyBad(run.counts))
    return {
      state: 'failed',
      error: `${run.counts.quarantined} of ${run.counts.read} records could not be used; the source's or the sink's format seems to have changed: see the quarantine`,
    };
  const nothing = allSkipped(engine, run);
  if (nothing !== undefined) return { state: 'partial', error: nothing };
  return { state: run.counts.quarantined > 0 ? 'partial' : 'succeeded' };
}

const skippedAtLeast = 20;

/** A run that read much and could use none of it: what to do about it, in one sentence. */
function allSkipped(engine: Engine, { counts, request, source }: Run): string | undefined {
  const { read, skipped, skippedBecause = {} } = counts;
  if (read < skippedAtLeast || skipped < read) return undefined;
  if (request.courseId !== undefined || request.learner !== undefined) return undefined;
  const [reason = 'no reason is known'] = Object.entries(skippedBecause)
    .sort(([, a], [, b]) => b - a)
    .map(([text]) => text);
  return `All ${read} rows were skipped, most of them since ${reason}; ${adviceOn(engine, source, reason)}`;
}

function adviceOn(engine: Engine, source: string, reason: string): string {
  if (reason === notThereYet) return 'sync the catalog, then replay the quarantine';
  const [setting] = /\b[A-Z]+__\w+/.exec(reason) ?? [];
  if (setting) return `check ${setting}`;
  const otherwise = `see to it that ${source} gives the addresses of its learners`;
  try {
    return engine.openSource(source).source.addressAdvice ?? otherwise;
  } catch {
    // Its settings are wrong by now, which is said elsewhere.
    return otherwise;
  }
}

async function firstFailed(engine: Engine, run: Run): Promise<Slice | undefined> {
  for await (const slice of engine.runs.slices(run)) if (slice.state === 'failed') return slice;
  return undefined;
}

/** Only an unfiltered run of a windowed feed that starts at or before the watermark moves it. */
function movesWatermark(run: Run): boolean {
  return run.kind === 'consumption' && run.window !== undefined && !run.dryRun && isWhole(run);
}

/** From here on the ledger is of these settings: a run that finds others sends everything anew. */
async function keepShape(engine: Engine, run: Run): Promise<void> {
  const { shape, runId } = run;
  if (run.dryRun || shape === undefined || !isWhole(run)) return;
  await engine.feeds.update(run, (state) =>
    state.activeRun === runId && state.shape !== shape ? { shape } : undefined,
  );
}

async function moveWatermark(engine: Engine, run: Run): Promise<void> {
  const done: Window[] = [];
  for await (const slice of engine.runs.slices(run))
    if (slice.state === 'done' && slice.work.type === 'window') done.push(slice.work.window);
  const start = run.window?.from;
  if (start === undefined) return;
  const { source, kind, destination } = run;
  await engine.feeds.update({ source, kind, destination }, (state) => {
    // A finisher that stalled must not undo what an operator, or the next run, has set since.
    if (state.activeRun !== run.runId) return undefined;
    const next = advance(state.watermark ?? start, [...state.doneBeyond, ...done]);
    const looked = run.trigger === 'timer' && run.mode === 'incremental' && run.slices.failed === 0;
    // A finish that is repeated finds the watermark moved by itself: that is no second look.
    const moves = state.watermark !== undefined && next.watermark > state.watermark;
    const relooked = looked && moves && start < (state.watermark ?? start);
    return {
      watermark: next.watermark,
      doneBeyond: next.beyond,
      lastRelook: relooked ? run.startedAt.slice(0, 10) : state.lastRelook,
    };
  });
}

function logEnd(engine: Engine, run: Run): void {
  const { runId, source, kind, destination, state, dryRun, error } = run;
  engine.log[state === 'failed' ? 'error' : 'info'](
    { runId, source, kind, destination, state, counts: toldCounts(run), error },
    // A message of its own: whoever looks for deliveries in the log must not find what was none.
    dryRun ? 'dry run ended' : 'run ended',
  );
  engine.onRunEnded?.(run);
}
