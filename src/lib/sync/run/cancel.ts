import { isEnded, type Run } from '../../domain/run';
import type { Engine } from '../engine';
import { endRun } from './finish';
import { freeSlices } from './due';

/**
 * Cancels a run: its workers see it within 2 s, send nothing more, and wait for what they have
 * sent; a run that nobody works on ends at once.
 * @returns the run as it then is; undefined when there is no such run.
 */
export async function cancelRun(engine: Engine, runId: string): Promise<Run | undefined> {
  const run = await engine.runs.update(runId, (now) =>
    isEnded(now) ? undefined : { cancelRequested: true },
  );
  if (!run || isEnded(run)) return run;
  if (!(await isWorkedOn(engine, run))) await endRun(engine, runId, 'cancelled', 'Cancelled by the operator');
  return engine.runs.read(runId);
}

async function isWorkedOn(engine: Engine, run: Run): Promise<boolean> {
  if (await engine.leases.isHeld(`plan-${run.runId}`)) return true;
  const isFree = freeSlices(engine, run);
  for await (const slice of engine.runs.slices(run, 'pending')) if (!(await isFree(slice))) return true;
  return false;
}
