import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch, Destination, NotTaken } from '../../destinations/destination';
import type { Lease } from '../../store/leases';

/** What a worker holds while it sends: nobody else sends the same records before it lets go. */
export type Hold = Pick<Lease, 'assertOutlives' | 'keepUntil'>;

/** Several of them as one. */
export const holdOf = (...holds: readonly (Hold | undefined)[]): Hold => ({
  assertOutlives: (ms) => holds.forEach((hold) => hold?.assertOutlives(ms)),
  keepUntil: (time) => holds.forEach((hold) => hold?.keepUntil(time)),
});

export interface HeldPost {
  readonly signal: AbortSignal;
  readonly hold: Hold;
  /** What makes the idempotency key of these bytes its own: the run and slice, or the event. */
  readonly keyPrefix: string;
}

/**
 * Sends one batch. When it returns or throws, no copy of it can land any more: one that went out without an answer
 * is waited for, so that nothing newer is overtaken by it. Only a worker that is told to stop does not wait: what it
 * holds is kept from others for as long.
 * @returns what `Destination.send` gives. @throws what the sink said; LeaseLostError before anything is sent; the signal's reason.
 */
export async function post(
  sink: Destination,
  batch: Batch,
  { signal, hold, keyPrefix }: HeldPost,
): Promise<NotTaken> {
  let landsBy = 0;
  const landed = (): Promise<void> => sleep(Math.max(0, landsBy - Date.now()), undefined, { signal });
  let notTaken: NotTaken | void;
  try {
    notTaken = await sink.send(batch, {
      signal,
      idempotencyKey: idempotencyKey(keyPrefix, batch.json),
      fence: () => hold.assertOutlives(sink.limits.deadlineMs),
      mayLandUntil: (time) => {
        landsBy = Math.max(landsBy, time);
        hold.keepUntil(time);
      },
    });
  } catch (error) {
    if (landsBy > 0) await landed().catch(() => undefined);
    throw error;
  }
  if (landsBy > 0) await landed();
  return notTaken ?? new Map();
}

/** The same bytes of the same work have the same key; the same bytes sent for another reason have another. */
export const idempotencyKey = (prefix: string, json: Uint8Array): string =>
  createHash('sha256').update(`${prefix},`).update(json).digest('hex').slice(0, 40);
