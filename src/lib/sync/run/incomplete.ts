import { isEnded, type Run } from '../../domain/run';
import type { Engine } from '../engine';
import { endRun } from './finish';
import { placesTaken } from './places';

/**
 * Ends a run of whose slices some have not ended, and none is there to be worked: their rows cannot be read, or were
 * deleted. The watermark stops before what they were to do, and the next run does it. Any other run is left alone.
 */
export async function endIncomplete(engine: Engine, before: Run): Promise<void> {
  const pending = engine.runs.slices(before, 'pending');
  const { done: isNone } = await pending.next();
  await pending.return(undefined);
  if (!isNone || (await placesTaken(engine, before)).size > 0) return;
  const { runId } = before;
  const run = await engine.runs.read(runId);
  if (!run || isEnded(run)) return;
  const { total, done, failed } = run.slices;
  const lost = total - done - failed;
  if (lost <= 0) return;
  const isSame = ({ slices, lastSlice }: Run): boolean =>
    lastSlice === run.lastSlice && slices.done === done && slices.failed === failed;
  const why = `${lost} of ${total} slices cannot be read from the table runs (see the log), so they cannot be worked; sync again`;
  await endRun(engine, runId, 'failed', why, isSame);
}
