import { isEnded, type Run } from '../../domain/run';
import { sentence } from '../../errors';
import type { Engine } from '../engine';
import { isLeftForGood, nobodyCame } from '../not-here';
import { endRun } from './finish';

/**
 * Leaves a run to workers whose settings open its feed; when none has come for half an hour, it fails.
 * @param dueAt since when there is something to do, milliseconds since 1970: who waits for a pause is not missed.
 */
export async function leaveRun(engine: Engine, runId: string, error: Error, dueAt = 0): Promise<void> {
  const why = sentence(error);
  let isFirst = false;
  const run = await engine.runs.update(runId, (now) => {
    isFirst = !isEnded(now) && !now.left;
    return isFirst ? { left: { at: engine.now(), why } } : undefined;
  });
  if (!run?.left || isEnded(run)) return;
  const { source, kind, destination, left } = run;
  if (isFirst) engine.log.warn({ runId, source, kind, destination, error: why }, 'run left to others');
  if (!isLeftForGood(Math.max(left.at, dueAt), engine.now())) return;
  // Whoever takes it up in this very moment has it.
  const isLeft = (now: Run): boolean => now.left?.at === left.at;
  await endRun(engine, runId, 'failed', nobodyCame(why), isLeft);
}

/** Notes that a worker came to a run that others had left. @returns the run as it is now, if it is there. */
export const takeUp = async (engine: Engine, run: Run): Promise<Run | undefined> =>
  run.left ? engine.runs.update(run.runId, (now) => (isEnded(now) ? undefined : { left: undefined })) : run;
