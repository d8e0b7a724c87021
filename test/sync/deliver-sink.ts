import { setImmediate as nextTurn } from 'node:timers/promises';
import { RefusedError } from '../../src/lib/errors';
import type {
  Batch,
  PostOptions as Call,
  Destination,
  DestinationLimits,
  NotTaken,
  NotTakenBecause,
} from '../../src/lib/destinations/destination';

/** A sink in memory that refuses a batch with a bad record as a whole, and keeps what it was sent. */
export class MemorySink implements Destination {
  readonly takes = ['catalog', 'consumption'] as const;
  readonly shape = '';
  readonly limits: DestinationLimits;
  /** Every call, the refused ones too, in the order they began. */
  readonly calls: { readonly records: readonly string[]; readonly key: string }[] = [];
  readonly taken: string[] = [];
  mostInFlight = 0;
  private inFlight = 0;
  /** Whether a batch is answered by an error of its own; after it was taken or instead. */
  failing: ((batch: Batch, call: number) => Error | undefined) | undefined;

  /** Set for a sink that answers for each record by itself. */
  judging: ((record: string) => NotTakenBecause | undefined) | undefined;

  constructor(
    limits: Partial<DestinationLimits> = {},
    private readonly isBad: (record: string) => boolean = () => false,
  ) {
    this.limits = { batchSize: 10, batchBytes: 1_000_000, concurrency: 3, deadlineMs: 1_000, ...limits };
  }

  async send(batch: Batch, { signal, fence, idempotencyKey }: Call): Promise<NotTaken | void> {
    fence();
    const records = (JSON.parse(Buffer.from(batch.json).toString()) as unknown[]).map((record) =>
      JSON.stringify(record),
    );
    const number = this.calls.push({ records, key: idempotencyKey });
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    // Some answers are slower than others.
    for (let turns = 1 + (number % 3); turns > 0; turns--) await nextTurn();
    this.inFlight--;
    signal.throwIfAborted();
    const error = this.failing?.(batch, number);
    if (error) throw error;
    if (records.some(this.isBad)) throw new RefusedError('The sink refused the batch (400)', 400);
    const notTaken = new Map<number, NotTakenBecause>();
    for (const [place, record] of records.entries()) {
      const verdict = this.judging?.(record);
      if (verdict) notTaken.set(place, verdict);
      else this.taken.push(record);
    }
    return notTaken;
  }

  encodeCourse(): never {
    throw new Error('not asked for');
  }
  encodeProgress(): never {
    throw new Error('not asked for');
  }
  encodeDeletion(): never {
    throw new Error('not asked for');
  }
}
