import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ConflictError, LeaseLostError } from '../errors';
import { toMs } from '../domain/time';
import { type Clock, systemClock } from '../http/clock';
import { readOrSkip, rowCodec } from './codec';
import { maybe } from './fields';
import { type ByItself, purgeRows } from './purging';
import {
  deleteRow,
  insertRow,
  queryRows,
  readRow,
  replaceRow,
  type Row,
  unlessConflict,
  where,
  writtenAt,
} from './rows';
import type { Storage, Table } from './storage';

const ttlMs = 60_000;
const renewMs = 20_000;
// Storage's clock is known to a second; the rest is for what a call takes.
const skewMs = 5_000;
/** How often whoever waits for a lease looks whether it is free. */
const lookMs = 250;
/** Longer than any invocation, and than anything that was sent under a lease may take. */
const unreadableMs = 10 * 60_000;

/** The right to work on something, alone, for a while. */
export interface Lease {
  readonly name: string;
  /** Names this holding of it: nobody else's, nor a later one, has the same. */
  readonly id: string;
  /** Aborts when the lease cannot be kept. */
  readonly lost: AbortSignal;
  /** @throws LeaseLostError when the lease does not outlive an action that may take so long. */
  assertOutlives(ms: number): void;
  /** Something done under it may take effect until then, by this machine's clock: nobody gets it before. */
  keepUntil(time: number): void;
  /** When others may have it that are told of no release: after the latest time of `keepUntil`; 0 when it was never asked for. */
  readonly keptUntil: number;
  /** Whether something done under it may still take effect. */
  readonly isKept: boolean;
  /** Gives it back; one that is to be kept runs out by itself. */
  release(): Promise<void>;
}

/** `now` by default: storage's clock, so that a machine whose own is wrong takes over no earlier than another. */
export interface LeaseOptions extends Partial<Clock> {
  readonly ttlMs?: number;
  readonly renewMs?: number;
  readonly skewMs?: number;
}

/**
 * The table `leases`. A lease lasts 60 s and is renewed every 20 s while its holder lives. One whose row cannot be read
 * is taken for held until ten minutes after storage wrote it: its holder may be alive, and nothing is kept for longer.
 */
export class LeaseStore {
  readonly #table: Table;
  readonly #now: Clock['now'];
  readonly #sleep: Clock['sleep'];
  readonly #ttlMs: number;
  readonly #renewMs: number;
  readonly #skewMs: number;

  constructor(storage: Storage, options: LeaseOptions = {}) {
    this.#table = storage.table('leases');
    this.#now = options.now ?? (() => storage.now());
    this.#sleep = options.sleep ?? ((...given) => systemClock.sleep(...given));
    this.#ttlMs = options.ttlMs ?? ttlMs;
    this.#renewMs = options.renewMs ?? renewMs;
    this.#skewMs = options.skewMs ?? skewMs;
  }

  /** @param name unique within the app, fit for a key. @returns undefined while another holds it. */
  async acquire(name: string): Promise<Lease | undefined> {
    const owner = randomUUID();
    const until = this.#now() + this.#ttlMs;
    const mine = leaseRow(name, owner, until);
    // Most are free, and then this is the only call.
    let etag = await insertRow(this.#table, mine);
    if (etag === undefined) {
      const row = await readRow(this.#table, 'lease', name);
      if (row && this.#isLive(row)) return undefined;
      etag = row
        ? await replaceRow(this.#table, mine, row.etag ?? '*').catch(unlessConflict)
        : await insertRow(this.#table, mine);
    }
    return etag === undefined ? undefined : this.#hold(name, owner, until, etag);
  }

  /**
   * The same, once it is free, waiting for as long as a holder that died may keep it: whoever has it after that lives.
   * @returns undefined then, or when `stop` aborts.
   */
  async acquireInTurn(name: string, stop: AbortSignal): Promise<Lease | undefined> {
    const looks = 1 + Math.ceil((this.#ttlMs + this.#skewMs) / lookMs);
    for (let look = 0; look < looks; look++) {
      if (look > 0) await this.#sleep(lookMs, stop).catch(() => undefined);
      if (stop.aborted) return undefined;
      const lease = await this.acquire(name);
      if (lease) return lease;
    }
    return undefined;
  }

  /** Ids of all that are held now and whose names are the prefix and a number. */
  async alive(prefix: string): Promise<Set<string>> {
    const ids = new Set<string>();
    const filter = where`PartitionKey eq ${'lease'} and RowKey ge ${`${prefix}0`} and RowKey lt ${`${prefix}:`}`;
    for await (const row of queryRows(this.#table, { filter })) if (this.#isLive(row)) ids.add(idOf(row));
    return ids;
  }

  /** Whether someone holds it now. */
  async isHeld(name: string): Promise<boolean> {
    const row = await readRow(this.#table, 'lease', name);
    return row !== undefined && this.#isLive(row);
  }

  /** Deletes leases that ended long ago, since their holders died, and answers by `Idempotency-Key` (see replies.ts). @param before milliseconds since 1970. */
  async purge(before: number, byItself: ByItself): Promise<void> {
    await purgeRows(this.#table, this.#endedBefore(before), byItself);
  }

  async *#endedBefore(time: number): AsyncGenerator<Row> {
    // Compared here: a filter would need the table's own way of writing large numbers.
    const filter = where`PartitionKey eq ${'lease'} or PartitionKey eq ${'reply'}`;
    const select = ['PartitionKey', 'RowKey', 'Timestamp', 'until'];
    for await (const row of queryRows(this.#table, { filter, select }))
      if (this.#untilOf(row) < time) yield row;
  }

  #isLive(row: Row): boolean {
    return this.#untilOf(row) + this.#skewMs > this.#now();
  }

  #untilOf(row: Row): number {
    const lease = readOrSkip(this.#table, row, codec);
    if (lease) return lease.until;
    const written = writtenAt(row);
    return (written === undefined ? this.#now() : toMs(written)) + unreadableMs;
  }

  #hold(name: string, owner: string, firstUntil: number, firstEtag: string): Lease {
    let until = firstUntil;
    let etag = firstEtag;
    let released = false;
    let keptUntil = 0;
    const skew = this.#skewMs;
    const lost = new AbortController();
    const lose = (): void => lost.abort(new LeaseLostError(`The lease on ${name} was lost`));
    let renewing = false;
    const renewOnce = async (): Promise<void> => {
      const next = this.#now() + this.#ttlMs;
      try {
        const row = await readRow(this.#table, 'lease', name);
        if (released) return;
        if (row?.owner !== owner) return lose();
        etag = await replaceRow(this.#table, leaseRow(name, owner, next), row.etag ?? '*');
        until = next;
      } catch (error) {
        if (released) return;
        if (error instanceof ConflictError) return lose();
        // Storage may be away for a moment; the lease itself says when it is too late.
        if (this.#now() >= until) lose();
      }
    };
    const renew = async (): Promise<void> => {
      if (renewing) return this.#now() >= until ? lose() : undefined;
      renewing = true;
      await renewOnce();
      renewing = false;
    };
    const over = new AbortController();
    const keepRenewing = async (): Promise<void> => {
      for (;;) {
        await this.#sleep(this.#renewMs, over.signal, { ref: false });
        void renew();
      }
    };
    keepRenewing().catch(() => undefined);
    const isKept = (): boolean => keptUntil > this.#now();
    const letGo = (version: string): Promise<unknown> =>
      isKept()
        ? replaceRow(this.#table, leaseRow(name, owner, keptUntil), version)
        : deleteRow(this.#table, 'lease', name, version);
    return {
      name,
      id: idOf(leaseRow(name, owner, 0)),
      lost: lost.signal,
      assertOutlives: (ms) => {
        if (lost.signal.aborted || until < this.#now() + ms)
          throw new LeaseLostError(`The lease on ${name} is too short for what comes next`);
      },
      keepUntil: (time) => {
        // Others judge by the clock that the leases go by.
        keptUntil = Math.max(keptUntil, this.#now() + time - Date.now());
      },
      get keptUntil() {
        return keptUntil === 0 ? 0 : keptUntil + skew;
      },
      get isKept() {
        return isKept();
      },
      release: async () => {
        if (released) return;
        released = true;
        over.abort('released');
        if (lost.signal.aborted) return;
        try {
          await letGo(etag).catch(async (error: unknown) => {
            // A renewal was on its way.
            const row = error instanceof ConflictError && (await readRow(this.#table, 'lease', name));
            if (row && row.owner === owner) await letGo(row.etag ?? '*');
          });
        } catch {
          // It runs out by itself.
        }
      },
    };
  }
}

const idOf = ({ rowKey, owner }: Row): string => `${rowKey}/${String(owner)}`;

/** No owner: an answer by `Idempotency-Key` (see replies.ts), which ends likewise. */
const codec = rowCodec<{ readonly owner: string | undefined; readonly until: number }>(
  ({ partitionKey, rowKey }) => `The ${partitionKey} ${rowKey}`,
  z.object({ owner: maybe(z.string()), until: z.number() }),
  { versioned: false },
);

const leaseRow = (name: string, owner: string, until: number): Row =>
  codec.write({ partitionKey: 'lease', rowKey: name }, { owner, until });
