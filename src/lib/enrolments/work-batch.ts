import type { EnrolmentBatch } from '../domain/enrolment-batch';
import type { Engine } from '../sync/engine';
import { batchLease, busyMs, wakeBatch } from './batch';
import { BatchPass } from './batch-pass';

/**
 * Works the rows of a batch that are due, for as long as a message may take, and wakes itself for the rest. Returns
 * also when it is not this worker's to do; throws only when storage does not let it write down what came of it.
 * @param stop aborts when the host stops: rows in hand are rescheduled at once.
 */
export async function workBatch(engine: Engine, batchId: string, stop: AbortSignal): Promise<void> {
  const batch = await engine.enrolments.read(batchId);
  // A message whose batch was never written, is gone or done is harmless; so is one that comes twice.
  if (batch?.state !== 'running') return;
  const early = batch.dueAt - engine.now();
  if (early > 1_000) return wakeBatch(engine, batchId, early);
  const lease = await engine.leases.acquire(batchLease(batchId));
  if (!lease) return wakeBatch(engine, batchId, busyMs);
  let next: number | undefined;
  try {
    next = await new BatchPass(engine, batch, { stop, lost: lease.lost }).run();
    // Another worker has the batch, or will get it from the sweep.
    if (lease.lost.aborted) return;
    if (next === undefined) return await finishBatch(engine, batch);
    await engine.enrolments.setDue(batchId, next);
  } finally {
    await lease.release();
  }
  await wakeBatch(engine, batchId, Math.max(0, next - engine.now()));
}

async function finishBatch(engine: Engine, batch: EnrolmentBatch): Promise<void> {
  const { done, failed, pending } = await engine.enrolments.count(batch.batchId);
  if (pending > 0) return wakeBatch(engine, batch.batchId);
  await engine.enrolments.finish(batch, { done, failed });
  engine.log.info({ batchId: batch.batchId, action: batch.action, done, failed }, 'enrolments done');
}

/** A batch that no worker came to for so long never will be worked. */
const hopelessMs = 24 * 3600_000;

/**
 * A message that the platform gave up on: the rows at which its workers died fail, and the rest goes on. When it was at
 * none of them, storage was away, and they are no worse for it: they wait, and all fail only after a day of that, so
 * that no batch lives for ever.
 */
export async function abandonBatch(engine: Engine, batchId: string): Promise<void> {
  const batch = await engine.enrolments.read(batchId);
  // Whoever holds the lease works on it all the same.
  if (batch?.state !== 'running' || (await engine.leases.isHeld(batchLease(batchId)))) return;
  const failing = [];
  let begun = 0;
  for await (const row of engine.enrolments.rows(batchId, { state: 'pending' }))
    if (failing.push(row) && row.begun) begun++;
  const now = engine.now();
  if (begun === 0 && now < batch.createdAt + hopelessMs) {
    engine.log.error({ batchId, pending: failing.length }, 'enrolments rescheduled: no worker came to them');
    await engine.enrolments.setDue(batchId, now + busyMs);
    return wakeBatch(engine, batchId, busyMs);
  }
  let failed = 0;
  for (const row of failing) {
    if (begun > 0 && !row.begun) continue;
    failed++;
    await engine.enrolments.end(row, {
      state: 'failed',
      status: 503,
      error: row.begun
        ? 'Its worker failed every time, and nobody can tell whether it happened; send it again: the source is asked first'
        : 'Its worker failed every time before it came to this row; see the log, and send it again',
    });
  }
  engine.log.error({ batchId, failed }, 'enrolments given up');
  if (failed < failing.length) {
    await engine.enrolments.setDue(batchId, now);
    await wakeBatch(engine, batchId);
  } else await finishBatch(engine, batch);
}
