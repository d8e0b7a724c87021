import { isEnded, type Run } from '../domain/run';
import type { Engine } from './engine';
import { endRun } from './finish';
import { sliceLeases } from './slice-context';

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

const isWorkedOn = async ({ leases }: Engine, { runId }: Run): Promise<boolean> =>
  (await leases.isHeld(`plan-${runId}`)) || (await leases.isAnyHeld(sliceLeases(runId)));
