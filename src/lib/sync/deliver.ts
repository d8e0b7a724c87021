import { createHash } from 'node:crypto';
import type { Counts } from '../domain/run';
import { RefusedError, PayloadError } from '../errors';
import type { Sink } from '../sinks/sink';

/** One record on its way to the sink. */
export interface Outgoing<T> {
  readonly json: string;
  /** Whatever the caller needs to know it by when it has arrived, or was refused. */
  readonly tag: T;
}

export interface DeliverOptions<T> {
  readonly sink: Sink;
  readonly kind: 'catalog' | 'consumption';
  readonly sourceSystemId: string;
  readonly signal: AbortSignal;
  /** What makes the idempotency key of these bytes its own: the run and slice, or the event. */
  readonly keyPrefix: string;
  /** Throws when the worker no longer holds its lease for as long as a POST may take. */
  readonly fence: () => void;
  /** Before a batch is sent. */
  readonly beforeBatch?: (records: readonly Outgoing<T>[]) => Promise<void>;
  /** The sink acknowledged these. */
  readonly onAcknowledged: (records: readonly Outgoing<T>[]) => Promise<void> | void;
  /** The sink refused this one, alone. */
  readonly onRefused: (record: Outgoing<T>, error: RefusedError) => Promise<void>;
}

// A refusal that says something of the records; any other (401, 403, 404, …) is of the call.
const ofTheRecords = new Set([200, 201, 202, 207, 400, 413, 422]);
export const refusesRecords = (error: unknown): error is RefusedError =>
  error instanceof RefusedError && ofTheRecords.has(error.status);

/**
 * Sends records in batches, cut by count and bytes in the order they come, a bounded number in flight. A batch
 * that is refused is halved until the bad records are alone; the rest arrive.
 */
export class Delivery<T> {
  #waiting: Outgoing<T>[] = [];
  #bytes = 0;
  readonly #inFlight = new Set<Promise<void>>();
  #failure: unknown;
  #handedOver = 0;
  #refused = 0;

  constructor(private readonly options: DeliverOptions<T>) {}

  /** Waits while enough batches are in flight. @throws what the sink said, of this or of an earlier batch. */
  async add(record: Outgoing<T>): Promise<void> {
    const size = Buffer.byteLength(record.json) + 1;
    const { batchSize, batchBytes } = this.options.sink.limits;
    if (
      this.#waiting.length > 0 &&
      (this.#waiting.length >= batchSize || this.#bytes + size > batchBytes - 1)
    )
      await this.#launch();
    this.#waiting.push(record);
    this.#bytes += size;
    this.#handedOver++;
  }

  /** Sends what waits, and returns when all is acknowledged or refused. */
  async drain(): Promise<void> {
    if (this.#waiting.length > 0) await this.#launch();
    await Promise.all(this.#inFlight);
    this.#check();
  }

  /** Waits until nothing is in flight any more, whatever came of it: before the worker lets go. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
  }

  async #launch(): Promise<void> {
    const records = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    while (this.#inFlight.size >= this.options.sink.limits.concurrency) await Promise.race(this.#inFlight);
    this.#check();
    const sending = this.#send(records)
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => this.#inFlight.delete(sending));
    this.#inFlight.add(sending);
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.options.signal.throwIfAborted();
  }

  async #send(records: readonly Outgoing<T>[]): Promise<void> {
    const { sink, kind, sourceSystemId, signal, fence, keyPrefix } = this.options;
    await this.options.beforeBatch?.(records);
    const texts = records.map(({ json }) => json);
    try {
      await sink.send(
        { kind, sourceSystemId, records: texts },
        { signal, fence, idempotencyKey: idempotencyKey(keyPrefix, texts) },
      );
    } catch (error) {
      if (!refusesRecords(error)) throw error;
      return this.#halve(records, error);
    }
    await this.options.onAcknowledged(records);
  }

  async #halve(records: readonly Outgoing<T>[], error: RefusedError): Promise<void> {
    const [only] = records;
    if (records.length === 1 && only) {
      this.#refused++;
      await this.options.onRefused(only, error);
      // The format has changed: to try the rest one by one would only flood the sink. What is on its way counts
      // as good: bad records often come together, and a halved batch answers last.
      if (this.#refused >= badAtLeast && this.#refused > this.#handedOver * badShare)
        throw new PayloadError(
          `${error.message}; ${this.#refused} records were refused, which is more than one in twenty`,
        );
      return;
    }
    const middle = Math.ceil(records.length / 2);
    await this.#send(records.slice(0, middle));
    await this.#send(records.slice(middle));
  }
}

/** The same bytes of the same work have the same key; the same bytes sent for another reason have another. */
export function idempotencyKey(prefix: string, records: readonly string[]): string {
  const hash = createHash('sha256').update(prefix);
  for (const record of records) hash.update(',').update(record);
  return hash.digest('hex').slice(0, 40);
}

const badShare = 0.05;
const badAtLeast = 20;

/** More than one record in twenty, and at least twenty, could not be used: that is a change of format. */
export const tooManyBad = (counts: Pick<Counts, 'read' | 'quarantined'>): boolean =>
  counts.quarantined >= badAtLeast && counts.quarantined > counts.read * badShare;
