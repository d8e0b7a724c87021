import { setTimeout as sleep } from 'node:timers/promises';
import { isEnded, type Run } from '../../domain/run';
import type { Engine } from '../engine';
import { finishRun } from './finish';
import { endIncomplete } from './incomplete';
import { workLane } from './lane';
import { parallelSlices } from './places';
import { planRun } from './plan';
import { sweep } from './sweep';

const pauseMs = 250;
/** A worker that was called is there by then: a host asks its queues every two seconds. */
const othersMs = 3_000;
/** How often it is asked whether what is left of a run can be worked at all, as the sweep asks. */
const incompleteMs = 10_000;

/**
 * Works a run in this process until it has ended, whoever else helps. It needs no queue: the tables say what is to
 * be done. When another run of the feed has its turn, that one is worked first.
 * @param stop aborts when the person gives up waiting; what is in hand is rescheduled.
 * @param onChange told of the run, or the one before it, as it goes on.
 * @returns the run; it has not ended when it was stopped.
 * @throws Error when the run vanishes; RetryableError when storage does.
 */
export async function workRun(
  engine: Engine,
  runId: string,
  stop: AbortSignal,
  onChange: (run: Run) => void = () => undefined,
): Promise<Run> {
  for (;;) {
    const run = await engine.runs.read(runId);
    if (!run) throw new Error(`The run ${runId} does not exist`);
    onChange(run);
    if (isEnded(run) || stop.aborted) return run;
    try {
      // Whoever was to end it died.
      if (run.planId && isOver(run)) await finishRun(engine, runId);
      else if (run.planId) await workSlices(engine, run, stop, onChange);
      else await toPlan(engine, run, stop, onChange);
    } catch (error) {
      if (!stop.aborted) throw error;
    }
  }
}

async function toPlan(
  engine: Engine,
  run: Run,
  stop: AbortSignal,
  onChange: (run: Run) => void,
): Promise<void> {
  const turn = run.dryRun ? undefined : (await engine.feeds.read(run)).activeRun;
  if (turn !== undefined && turn !== run.runId) {
    const other = await engine.runs.read(turn);
    // One that has ended and kept its turn is what the sweep repairs.
    if (other && !isEnded(other)) await workRun(engine, turn, stop, onChange);
    else await sweep(engine);
    return;
  }
  // Asked too early, the planner would send itself a message each time.
  const isDue = run.planDueAt <= engine.now() && !(await engine.leases.isHeld(`plan-${run.runId}`));
  if (isDue) await planRun(engine, run.runId, stop);
  await sleep(isDue ? 0 : pauseMs, undefined, { signal: stop });
}

async function workSlices(
  engine: Engine,
  run: Run,
  stop: AbortSignal,
  onChange: (run: Run) => void,
): Promise<void> {
  const { runId } = run;
  const most = parallelSlices(engine, run);
  const lanes: Promise<unknown>[] = [];
  let last = run;
  let askedAt = engine.now();
  /** A slice that is halved, or goes on in another, needs one more. */
  const open = (now: Run): void => {
    while (lanes.length < Math.min(most, slicesLeft(now)))
      lanes.push(lane().catch((error: unknown) => error));
  };
  const look = async (): Promise<Run | undefined> => {
    const now = await engine.runs.read(runId);
    if (now) {
      last = now;
      onChange(now);
      open(now);
    }
    return now;
  };
  // A place may come free at any time, and slices that were rescheduled are due later.
  const lane = async (): Promise<void> => {
    for (;;) {
      let pause = pauseMs;
      const onOthers = (): number => (pause = othersMs);
      await workLane(engine, { runId }, stop, { only: true, onSlice: look, onOthers });
      const now = await look();
      if (!now || isOver(now) || stop.aborted) return;
      if (engine.now() - askedAt > incompleteMs) {
        askedAt = engine.now();
        await endIncomplete(engine, now);
      }
      await sleep(pause, undefined, { signal: stop }).catch(() => undefined);
    }
  };
  open(run);
  let failure: unknown;
  // More may be opened meanwhile. What one fails to do is left to the others.
  for (let i = 0; i < lanes.length; i++) {
    const error = await lanes[i];
    failure ??= error;
  }
  if (failure !== undefined && !isOver(last)) throw failure as Error;
}

const slicesLeft = ({ slices }: Run): number => slices.total - slices.done - slices.failed;

const isOver = (run: Run): boolean => isEnded(run) || slicesLeft(run) <= 0;
