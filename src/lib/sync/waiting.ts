import { isEnded, type Run } from '../domain/run';
import { utc } from '../domain/time';
import { type Waiting, waitingText } from '../domain/waiting';
import { destinationSystem, type Pause } from '../store/pauses';
import type { PendingSlice } from '../store/run-rows';
import type { Engine } from './engine';

/** What goes on sooner is not worth a word. */
const shortMs = 10_000;

/** Something that failed and is tried again. Times are milliseconds since 1970. */
interface Failing {
  readonly error: string;
  readonly since: number;
  /** Which comes next, or is under way. */
  readonly attempt: number;
  readonly dueAt: number;
}

/** @param isWorked the attempt is under way. */
const failing = (
  engine: Engine,
  { error, since, attempt, dueAt }: Failing,
  isWorked = dueAt <= engine.now(),
): Waiting => ({
  why: error.replace(/; try again later$/, ''),
  since: utc(since),
  attempt: Math.min(attempt, engine.patience.attempts),
  attempts: engine.patience.attempts,
  ...(!isWorked && { until: utc(dueAt) }),
});

/** The same as a sentence for the log, before the next attempt. */
export const failingText = (engine: Engine, what: Failing): string =>
  waitingText(failing(engine, what, false), utc(engine.now()));

/**
 * What an open run waits for, as its rows, its slices' and those of pauses say.
 * @param pauses those that go on. @returns undefined when it goes on, or has ended.
 */
export async function waitingOf(
  engine: Engine,
  run: Run,
  pauses: readonly Pause[],
): Promise<Waiting | undefined> {
  if (isEnded(run)) return undefined;
  const { left, planId, planFailure, planAttempts, planDueAt } = run;
  if (left) return { why: `Left to a worker that can take it up: ${left.why}`, since: utc(left.at) };
  if (planId) return ofSlices(engine, run, pauses);
  if (planFailure) return failing(engine, { ...planFailure, attempt: planAttempts + 1, dueAt: planDueAt });
  if (planDueAt - engine.now() > shortMs) return paused(run, pauses, planDueAt);
  return run.dryRun ? undefined : ofTurn(engine, run);
}

async function ofSlices(engine: Engine, run: Run, pauses: readonly Pause[]): Promise<Waiting | undefined> {
  const now = engine.now();
  const slices = await engine.runs.firstPending(run);
  const [worst] = slices.filter(({ error }) => error !== undefined).sort((a, b) => b.attempts - a.attempts);
  if (worst?.error !== undefined) {
    const { attempts, dueAt, error } = worst;
    const isWorked = worst.worker !== undefined && dueAt <= now;
    const since = worst.failingSince ?? now;
    return failing(engine, { error, since, attempt: attempts + (isWorked ? 0 : 1), dueAt }, isWorked);
  }
  const first = Math.min(...slices.map(({ dueAt }) => dueAt));
  const isHeld = ({ dueAt }: PendingSlice): boolean => dueAt - now > shortMs;
  return slices.length > 0 && slices.every(isHeld) ? paused(run, pauses, first) : undefined;
}

function paused({ source, destination }: Run, pauses: readonly Pause[], dueAt: number): Waiting {
  const systems = [source, destinationSystem(destination)];
  const [last] = pauses
    .filter(({ system }) => systems.includes(system))
    .sort((a, b) => (a.until < b.until ? 1 : -1));
  // Such as a course that failed by itself, and has a slice of its own since.
  if (!last) return { why: 'What is left of it goes on later', until: utc(dueAt) };
  const { system, why, until } = last;
  return { why: `${system} asked to be left alone${why ? `: ${why}` : ''}`, until };
}

async function ofTurn(engine: Engine, run: Run): Promise<Waiting | undefined> {
  const { activeRun } = await engine.feeds.read(run);
  if (activeRun === undefined || activeRun === run.runId) return undefined;
  return { why: `The run ${activeRun} of the same feed goes first` };
}
