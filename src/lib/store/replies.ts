import { randomBytes } from 'node:crypto';
import { ConflictError } from '../errors';
import { shortHash } from './keys';
import { deleteRow, insertRow, putRow, readRow, replaceRow, type Row } from './rows';
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

/** Answers by `Idempotency-Key`, kept in the table `leases` for a day, so that a repeat does nothing twice. */
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
    const rowKey = shortHash(key);
    const row: ReplyRow = {
      partitionKey: 'reply',
      rowKey,
      request: shortHash(request),
      token: randomBytes(16).toString('hex'),
      until: this.now() + diedAfterMs,
    };
    if ((await insertRow(this.#table, row)) !== undefined) return this.#mine(row);
    const there = await readRow(this.#table, 'reply', rowKey);
    // It was forgotten just now.
    if (!there) return busyNow;
    const same = there.request === row.request;
    const isOver = Number(there.until) < this.now();
    if (!isOver && !same) return { type: 'other' };
    if (!isOver && there.reopened !== true) {
      if (typeof there.status !== 'number')
        return { type: 'underway', takeOver: () => this.#replace(there, row, true) };
      return { type: 'answered', reply: { status: there.status, body: String(there.body) } };
    }
    const mine = await this.#replace(there, row, same);
    return mine ?? busyNow;
  }

  /** @returns undefined when it is not what was read any more. */
  async #replace(there: Row, row: ReplyRow, same: boolean): Promise<NewClaim | undefined> {
    const goesOn = same && typeof there.status !== 'number' && typeof there.token === 'string';
    const next = goesOn ? { ...row, token: String(there.token) } : row;
    try {
      await replaceRow(this.#table, next, there.etag ?? '*');
      return this.#mine(next);
    } catch (error) {
      if (error instanceof ConflictError) return undefined;
      throw error;
    }
  }

  #mine(row: ReplyRow): NewClaim {
    const until = (): number => this.now() + keptMs;
    return {
      type: 'new',
      token: row.token,
      settle: async ({ status, body }) => {
        await putRow(this.#table, { ...row, status, body, until: until() });
      },
      forget: () => deleteRow(this.#table, row.partitionKey, row.rowKey),
      reopen: async () => {
        await putRow(this.#table, { ...row, reopened: true, until: until() });
      },
    };
  }
}

const busyNow: Claim = { type: 'underway', takeOver: () => Promise.resolve(undefined) };

type ReplyRow = Row & { readonly token: string };
