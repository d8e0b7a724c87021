import type { Engine } from '../../src/lib/sync/engine';
import { workLane } from '../../src/lib/sync/run/lane';

/** Works one slice of a run, as a worker does that is told to stop after it. */
export const workSlice = (engine: Engine, runId: string, slice: number, stop: AbortSignal): Promise<void> =>
  workLane(engine, { runId, slice }, stop, { only: true, most: 1 });
