import type { Counts } from '../../domain/run';
import { NotThereYetError, PayloadError, RefusedError } from '../../errors';
import type { Destination, NotTaken } from '../../destinations/destination';
import { type Hold, post } from './post';
import { RecordBatch } from './record-batch';

/** What becomes of records. `T` is whatever the sender needs to know a record by. */
export interface Outcomes<T> {
  /** The sink acknowledged these. */
  readonly onAcknowledged: (records: readonly T[]) => Promise<void> | void;
  /** The sink refused this one, alone. */
  readonly onRefused: (record: T, error: RefusedError) => Promise<void> | void;
  /** The sink has nobody to tell of this one. */
  readonly onSkipped: (record: T, reason: string) => Promise<void> | void;
}

export interface DeliverOptions<T> extends Outcomes<T> {
  readonly sink: Destination;
  readonly kind: 'catalog' | 'consumption';
  readonly sourceSystemId: string;
  readonly signal: AbortSignal;
  /** What makes the idempotency key of these bytes its own: the run and slice, or the event. */
  readonly keyPrefix: string;
  readonly hold: Hold;
  /** Before a batch is sent. */
  readonly beforeBatch?: () => Promise<void>;
}

// A refusal that says something of the records; any other (401, 403, 404, …) is of the call.
const ofTheRecords = new Set([200, 201, 202, 207, 400, 413, 422]);
const refusesRecords = (error: unknown): error is RefusedError =>
  error instanceof RefusedError && ofTheRecords.has(error.status);

/**
 * Sends records in batches, cut by count and bytes in the order they come, a bounded number in flight. A batch
 * that is refused is halved until the bad records are alone; the rest arrive. A sink that answers for each record
 * has said which they are.
 */
export class Delivery<T> {
  #waiting = new RecordBatch<T>();
  readonly #inFlight = new Set<Promise<void>>();
  #failure: unknown;
  #handedOver = 0;
  #refused = 0;

  constructor(private readonly options: DeliverOptions<T>) {}

  /** What the first batch that did not arrive was answered; undefined while all do. */
  get failure(): unknown {
    return this.#failure;
  }

  /**
   * Takes a record. What it gives, if anything, is to be awaited before the next: enough batches are in flight.
   * @param json as the sink encoded it. @throws what the sink said, of this or of an earlier batch.
   */
  add(json: string, record: T): Promise<void> | undefined {
    const { batchSize, batchBytes } = this.options.sink.limits;
    const full = this.#waiting.count >= batchSize || this.#waiting.sizeWith(json) > batchBytes;
    const launched = full && this.#waiting.count > 0 ? this.#launch() : undefined;
    this.#waiting.push(json, record);
    this.#handedOver++;
    return launched;
  }

  /** Sends these alone. @param records each as the sink encoded it. @throws as `drain`; nothing is in flight any more. */
  async sendAll(records: Iterable<readonly [json: string, record: T]>): Promise<void> {
    try {
      for (const [json, record] of records) await this.add(json, record);
      await this.drain();
    } finally {
      await this.settle();
    }
  }

  /** Sends what waits, and returns when all is acknowledged or refused. */
  async drain(): Promise<void> {
    if (this.#waiting.count > 0) await this.#launch();
    await Promise.all(this.#inFlight);
    this.#check();
  }

  /**
   * Waits until nothing is in flight any more, whatever came of it: before the worker lets go. What has left is not
   * aborted when the host stops or the run is cancelled.
   */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
  }

  async #launch(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = new RecordBatch();
    while (this.#inFlight.size >= this.options.sink.limits.concurrency) await Promise.race(this.#inFlight);
    this.#check();
    const sending = this.#send(batch)
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => this.#inFlight.delete(sending));
    this.#inFlight.add(sending);
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure as Error;
    this.options.signal.throwIfAborted();
  }

  async #send(batch: RecordBatch<T>, from = 0, to = batch.count): Promise<void> {
    const { sink, kind, sourceSystemId } = this.options;
    await this.options.beforeBatch?.();
    const json = batch.bytes(from, to);
    const sent = batch.records.slice(from, to);
    let notTaken: NotTaken;
    try {
      notTaken = await post(sink, { kind, sourceSystemId, json, count: to - from }, this.options);
    } catch (error) {
      if (!refusesRecords(error)) throw error;
      return this.#halve(batch, from, to, error);
    }
    if (notTaken.size === 0) await this.options.onAcknowledged(sent);
    else await this.#judge(sent, notTaken);
  }

  async #judge(sent: readonly T[], notTaken: NotTaken): Promise<void> {
    const taken = sent.filter((_, place) => !notTaken.has(place));
    if (taken.length > 0) await this.options.onAcknowledged(taken);
    let failure: Error | undefined;
    for (const [place, record] of sent.entries()) {
      const verdict = notTaken.get(place);
      if (!verdict) continue;
      if ('skipped' in verdict) await this.options.onSkipped(record, verdict.skipped);
      else if (verdict.error instanceof RefusedError) await this.#refuse(record, verdict.error);
      else failure ??= verdict.error;
    }
    if (failure) throw failure;
  }

  async #halve(batch: RecordBatch<T>, from: number, to: number, error: RefusedError): Promise<void> {
    if (to - from > 1) {
      const middle = Math.ceil((from + to) / 2);
      await this.#send(batch, from, middle);
      return this.#send(batch, middle, to);
    }
    for (const record of batch.records.slice(from, to)) await this.#refuse(record, error);
  }

  async #refuse(record: T, error: RefusedError): Promise<void> {
    await this.options.onRefused(record, error);
    if (error instanceof NotThereYetError) return;
    this.#refused++;
    // The format has changed: to try the rest one by one would only flood the sink. What is on its way counts
    // as good: bad records often come together, and a halved batch answers last.
    if (this.#refused >= badAtLeast && this.#refused > this.#handedOver * badShare)
      throw new PayloadError(
        `${error.message}; ${this.#refused} records were refused, which is more than one in twenty`,
      );
  }
}

const badShare = 0.05;
const badAtLeast = 20;

/** More than one record in twenty, and at least twenty, could not be used: that is a change of format. */
export const tooManyBad = (counts: Pick<Counts, 'read' | 'quarantined'>): boolean =>
  counts.quarantined >= badAtLeast && counts.quarantined > counts.read * badShare;
