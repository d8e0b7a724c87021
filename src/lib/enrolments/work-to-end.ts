import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchCounts, EnrolmentBatch } from '../domain/enrolment-batch';
import { InputError } from '../errors';
import type { Engine } from '../sync/engine';
import { batchLease } from './batch';
import { workBatch } from './work-batch';

const pauseMs = 500;

/**
 * Works a batch in this process until it is done, whoever else helps. It needs no queue: the table says what is due.
 * @param stop aborts when the person gives up waiting; what is in hand is rescheduled.
 * @param onChange told how far it is.
 * @returns the batch; it is still running when it was stopped. @throws InputError when there is no such batch.
 */
export async function workToEnd(
  engine: Engine,
  batchId: string,
  stop: AbortSignal,
  onChange: (counts: BatchCounts) => void = () => undefined,
): Promise<EnrolmentBatch> {
  for (;;) {
    const batch = await engine.enrolments.read(batchId);
    if (!batch) throw new InputError('batch', `There is no batch ${batchId}`);
    onChange(await batchCounts(engine, batch));
    if (batch.state === 'done' || stop.aborted) return batch;
    // Asked too early, or while another is at it, the worker would send itself a message each time.
    const isDue = batch.dueAt <= engine.now() && !(await engine.leases.isHeld(batchLease(batchId)));
    if (isDue) await workBatch(engine, batchId, stop);
    else await sleep(pauseMs, undefined, { signal: stop }).catch(() => undefined);
  }
}

/** From the rows, until all have ended. */
export const batchCounts = async (
  engine: Engine,
  { batchId, total, ended }: EnrolmentBatch,
): Promise<BatchCounts> => ({
  total,
  ...(ended ? { ...ended, pending: 0 } : await engine.enrolments.count(batchId)),
});
