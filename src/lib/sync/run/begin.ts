import type { Run } from '../../domain/run';
import { sentence } from '../../errors';
import type { Engine } from '../engine';
import { workLane } from './lane';
import { planRun } from './plan';

/**
 * Plans a run and works its first slices here, without a wake-up call in between; further workers are called.
 * @param most slices at the most; left out: see `workLane`. @throws what `planRun` and `workLane` throw.
 */
export async function beginRun(
  engine: Engine,
  { runId }: Pick<Run, 'runId'>,
  stop: AbortSignal,
  most?: number,
): Promise<void> {
  await planRun(engine, runId, stop, { worksOn: true });
  await workLane(engine, { runId }, stop, { most });
}

/** The same for runs that were started without a wake-up call; one that cannot be begun gets it now. Never throws. */
export async function beginRuns(
  engine: Engine,
  runs: readonly Run[],
  stop: AbortSignal,
  most?: number,
): Promise<void> {
  await Promise.all(
    runs.map(async (run) => {
      const { runId, source, kind, destination } = run;
      try {
        await beginRun(engine, run, stop, most);
      } catch (error) {
        engine.log.warn({ runId, source, kind, destination, error: sentence(error) }, 'run left to others');
        // Without this one the sweep wakes it.
        await engine.wakeUps.send({ queue: 'sync-runs', body: { runId } }).catch(() => undefined);
      }
    }),
  );
}
