import { randomBytes } from 'node:crypto';
import type { EnrolmentAction } from '../domain/enrolment-batch';
import type { Engine } from '../sync/engine';
import type { CheckedRow } from './check-rows';

/** While another worker is at a batch, the next look is so far away. */
export const busyMs = 30_000;
/** A batch that has been due for so long has lost its wake-up call. */
const lostMs = 30_000;
/** One that was not written to its end by then never will be. */
const orphanMs = 10 * 60_000;

export const newBatchId = (): string => randomBytes(16).toString('hex');
export const isBatchId = (text: string): boolean => /^[0-9a-f]{32}$/.test(text);
export const batchLease = (batchId: string): string => `enrolments-${batchId}`;

/** Sends a batch's wake-up call. @param ms how long it is to wait. */
export const wakeBatch = (engine: Engine, batchId: string, ms = 0): Promise<void> =>
  engine.wakeUps.send({ queue: 'enrolments', body: { batchId } }, ms / 1000);

/**
 * Keeps a batch, to be worked by whoever hears its wake-up call. Done again with the same id, nothing is there twice.
 * @throws RetryableError when it could not be kept.
 */
export async function startBatch(
  engine: Engine,
  batchId: string,
  action: EnrolmentAction,
  rows: readonly CheckedRow[],
): Promise<void> {
  await engine.enrolments.create({
    batchId,
    action,
    createdAt: engine.now(),
    rows: rows.map(({ row, asked }) => ({ row, source: asked.source, asked: JSON.stringify(asked) })),
  });
  engine.log.info({ batchId, action, rows: rows.length }, 'enrolments taken in');
  await wakeBatch(engine, batchId);
}

/** Wakes batches whose wake-up call was lost, and clears away what a crash left half-written. */
export async function repairBatches(
  engine: Engine,
  attempt: (what: string, work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  for await (const { batchId, since } of engine.enrolments.open())
    await attempt(batchId, async () => {
      const batch = await engine.enrolments.read(batchId);
      const now = engine.now();
      if (!batch) {
        if (since + orphanMs <= now) await engine.enrolments.remove(batchId);
      } else if (batch.state === 'done') await engine.enrolments.close(batchId);
      else if (batch.dueAt + lostMs <= now && !(await engine.leases.isHeld(batchLease(batchId))))
        await wakeBatch(engine, batchId);
    });
}
