import { ConflictError } from '../errors';
import { shortHash } from './keys';
import { deleteRow, insertRow, readRow, replaceRow } from './rows';
import type { Storage, Table } from './storage';

export interface Reply {
  readonly status: number;
  readonly body: string;
}

export type Claim =
  /** Nobody has asked this before: do it, then `settle`, or `forget` when it failed. */
  | { readonly type: 'new'; settle(reply: Reply): Promise<void>; forget(): Promise<void> }
  | { readonly type: 'answered'; readonly reply: Reply }
  | { readonly type: 'underway' }
  /** The same key for another request. */
  | { readonly type: 'other' };

/** A request that nobody answered within this time died with its worker. */
const diedAfterMs = 5 * 60_000;

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
    const row = {
      partitionKey: 'reply',
      rowKey,
      request: shortHash(request),
      until: this.now() + diedAfterMs,
    };
    const mine: Claim = {
      type: 'new',
      settle: async ({ status, body }) => {
        await replaceRow(this.#table, { ...row, status, body, until: this.now() + 24 * 3600_000 }, '*');
      },
      forget: () => deleteRow(this.#table, 'reply', rowKey),
    };
    if (await insertRow(this.#table, row)) return mine;
    const there = await readRow(this.#table, 'reply', rowKey);
    if (!there) return { type: 'underway' };
    const over = Number(there.until) < this.now();
    if (over) {
      try {
        await replaceRow(this.#table, row, there.etag ?? '*');
        return mine;
      } catch (error) {
        if (error instanceof ConflictError) return { type: 'underway' };
        throw error;
      }
    }
    if (there.request !== row.request) return { type: 'other' };
    if (typeof there.status !== 'number') return { type: 'underway' };
    return { type: 'answered', reply: { status: there.status, body: String(there.body) } };
  }
}
