import { isEnded, type Run } from '../../domain/run';
import { sentence } from '../../errors';
import type { Lease } from '../../store/leases';
import { cancelRun } from './cancel';
import { type Due, DueSlices, earlyMs, freeSlices } from './due';
import { type Engine, openFeed } from '../engine';
import { whyNotHere } from '../not-here';
import { finishRun } from './finish';
import { leaveRun } from './leave';
import { acquirePlace, parallelSlices } from './places';
import { workFrom } from './work-slice';

/** What a wake-up call names: a run, and perhaps the slice to begin with. */
export interface LaneStart {
  readonly runId: string;
  readonly slice?: number | undefined;
}

export interface LaneOptions {
  /** Works the slices of this run alone; left out: all that is due for its source and destination. */
  readonly only?: boolean;
  /** How many slices; left out: as many as there are, for `laneMs`. */
  readonly most?: number;
  /** Told after each slice. */
  readonly onSlice?: () => Promise<unknown>;
  /** With `only`: told when other runs wait for the place that it had; they have been called. */
  readonly onOthers?: () => void;
}

/**
 * Takes a place of the run's source and works one due slice after another, until none is left, or it is time to let
 * others have a turn. Where all places are taken there is nothing to do: whoever has one takes the next slice.
 * @param stop aborts when the host stops: the slice in hand is rescheduled at once.
 * @throws when what became of a slice could not be written down.
 */
export async function workLane(
  engine: Engine,
  start: LaneStart,
  stop: AbortSignal,
  options: LaneOptions = {},
): Promise<void> {
  const { runId } = start;
  const run = await engine.runs.read(runId);
  if (!run) return engine.log.warn({ runId }, 'no such run to work on');
  if (isEnded(run)) return finishRun(engine, runId);
  if (run.cancelRequested) return void (await cancelRun(engine, runId));
  if (!run.planId) return;
  if (run.slices.done + run.slices.failed >= run.slices.total) return finishRun(engine, runId);
  const first = start.slice === undefined ? undefined : await engine.runs.readSlice(run, start.slice);
  if (first?.state === 'pending' && first.dueAt > engine.now() + earlyMs)
    return wake(engine, { run, slice: first }, (first.dueAt - engine.now()) / 1000);
  const closed = whyNotHere(() => openFeed(engine, run));
  // Before a place or a slice is taken: all others of this source and destination would be the same.
  if (closed) return leaveSlices(engine, run, closed);
  const place = await acquirePlace(engine, run, parallelSlices(engine, run));
  if (!place) return;
  let worked: number;
  try {
    const isFirst = first?.state === 'pending' && (await freeSlices(engine, run, place.id)(first));
    const due = new DueSlices(engine, run, place.id, options.only ? runId : undefined);
    worked = await workDue(
      { engine, place, stop, due },
      isFirst ? { run, slice: first } : undefined,
      options,
    );
  } finally {
    await place.release();
  }
  if (options.only && worked === 0) return;
  // Whoever asked for a place while this one was taken has gone away again.
  const next = await new DueSlices(
    engine,
    run,
    undefined,
    undefined,
    options.only ? runId : undefined,
  ).next();
  if (!next) return;
  await wake(engine, next);
  options.onOthers?.();
}

/** The sweep calls again, within a minute, whoever is to hear it. */
async function leaveSlices(engine: Engine, run: Run, why: Error): Promise<void> {
  const due = await new DueSlices(engine, run, undefined, run.runId).next();
  if (due) await leaveRun(engine, run.runId, why, due.slice.dueAt);
}

interface Lane {
  readonly engine: Engine;
  readonly place: Lease;
  readonly stop: AbortSignal;
  readonly due: DueSlices;
}

/** @returns how many slices it worked. */
async function workDue(lane: Lane, first: Due | undefined, { most, onSlice }: LaneOptions): Promise<number> {
  const { engine, place, stop, due } = lane;
  const until = engine.now() + engine.patience.laneMs;
  let next = first ?? (await due.next());
  let worked = 0;
  while (next) {
    worked++;
    let went: Awaited<ReturnType<typeof workFrom>>;
    try {
      went = await workFrom(engine, place, next, stop);
    } catch (error) {
      // The message that names a slice is what counts how often nothing could be written down about it.
      if (next === first) throw error;
      const { runId, number: slice } = next.slice;
      engine.log.warn({ runId, slice, error: sentence(error) }, 'slice left to a message of its own');
      // It is free once this place is.
      await wake(engine, next);
      return worked;
    }
    await onSlice?.();
    const isOver = worked === most || engine.now() > until;
    if (isOver || went === 'lost' || stop.aborted || place.lost.aborted || place.isKept) return worked;
    next = await due.next();
  }
  return worked;
}

const wake = (engine: Engine, { run, slice }: Due, seconds = 0): Promise<void> =>
  engine.wakeUps.send({ queue: 'sync-slices', body: { runId: run.runId, slice: slice.number } }, seconds);
