import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ConflictError } from '../errors';
import { toMs } from '../domain/time';
import { readOrSkip, rowCodec } from './codec';
import { maybe } from './fields';
import { shortHash } from './keys';
import { deleteRow, insertRow, putRow, readRow, replaceRow, type Row, writtenAt } from './rows';
import type { RowKeys } from './skipped-rows';
import type { Storage, Table } from './storage';

export interface Reply {
  readonly status: number;
  readonly body: string;
}

export type Claim =
  | NewClaim
  | { readonly type: 'answered'; readonly reply: Reply }
  /** The same request was begun and not answered. Once its worker is known to be dead, `takeOver` does it again. */
  | { readonly type: 'underway'; takeOver(): Promise<NewClaim | undefined> }
  /** The same key for another request. */
  | { readonly type: 'other' };

/** Nobody has answered this before: do it, then `settle`. */
export interface NewClaim {
  readonly type: 'new';
  /** Of the request: whoever does it again after a crash, or after `reopen`, has the same. 32 hex digits. */
  readonly token: string;
  settle(reply: Reply): Promise<void>;
  /** It certainly did not happen: the key is free for any request. */
  forget(): Promise<void>;
  /** Nobody knows whether it happened: the same request may be made again with the key, and no other. */
  reopen(): Promise<void>;
}

/** A request that nobody answered within this time died with its worker, and its key is free for any other. */
const diedAfterMs = 5 * 60_000;
const keptMs = 24 * 3600_000;

/**
 * Answers by `Idempotency-Key`, kept in the table `leases` for a day, so that a repeat does nothing twice. One that
 * cannot be read keeps its key for that day, as if it were under way: it may have been done.
 */
export class ReplyStore {
  readonly #table: Table;

  constructor(
    storage: Storage,
    private readonly now: () => number = Date.now,
  ) {
    this.#table = storage.table('leases');
  }

  /** @param request what was asked; only its hash is kept. */
  async claim(key: string, request: string): Promise<Claim> {
    const keys: RowKeys = { partitionKey: 'reply', rowKey: shortHash(key) };
    const row: StoredReply = {
      request: shortHash(request),
      token: randomBytes(16).toString('hex'),
      until: this.now() + diedAfterMs,
    };
    if ((await insertRow(this.#table, codec.write(keys, row))) !== undefined) return this.#mine(keys, row);
    const found = await readRow(this.#table, keys.partitionKey, keys.rowKey);
    // It was forgotten just now.
    if (!found) return busyNow;
    const there = readOrSkip(this.#table, found, codec);
    if (!there)
      return this.#isOfToday(found) ? busyNow : ((await this.#replace(keys, found, row)) ?? busyNow);
    const same = there.request === row.request;
    const isOver = there.until < this.now();
    if (!isOver && !same) return { type: 'other' };
    const { status, body = '', token } = there;
    const next = same && status === undefined && token !== undefined ? { ...row, token } : row;
    if (!isOver && there.reopened !== true) {
      if (status === undefined) return { type: 'underway', takeOver: () => this.#replace(keys, found, next) };
      return { type: 'answered', reply: { status, body } };
    }
    return (await this.#replace(keys, found, next)) ?? busyNow;
  }

  #isOfToday(row: Row): boolean {
    const written = writtenAt(row);
    return written === undefined || toMs(written) + keptMs > this.now();
  }

  /** @returns undefined when it is not what was read any more. */
  async #replace(keys: RowKeys, there: Row, next: StoredReply): Promise<NewClaim | undefined> {
    try {
      await replaceRow(this.#table, codec.write(keys, next), there.etag ?? '*');
      return this.#mine(keys, next);
    } catch (error) {
      if (error instanceof ConflictError) return undefined;
      throw error;
    }
  }

  #mine(keys: RowKeys, row: StoredReply): NewClaim {
    const put = (more: Partial<StoredReply>): Promise<void> =>
      putRow(this.#table, codec.write(keys, { ...row, ...more, until: this.now() + keptMs }));
    return {
      type: 'new',
      token: row.token ?? '',
      settle: (reply) => put(reply),
      forget: () => deleteRow(this.#table, keys.partitionKey, keys.rowKey),
      reopen: () => put({ reopened: true }),
    };
  }
}

const busyNow: Claim = { type: 'underway', takeOver: () => Promise.resolve(undefined) };

interface StoredReply {
  readonly request: string;
  /** A row from before there were tokens has none. */
  readonly token: string | undefined;
  readonly until: number;
  readonly status?: number | undefined;
  readonly body?: string | undefined;
  readonly reopened?: boolean | undefined;
}

const codec = rowCodec<StoredReply>(
  ({ rowKey }) => `The answer ${rowKey}`,
  z.object({
    request: z.string(),
    token: maybe(z.string()),
    until: z.number(),
    status: maybe(z.number()),
    body: maybe(z.string()),
    reopened: maybe(z.boolean()),
  }),
  { versioned: false },
);
