import { z } from 'zod';
import { readOrSkip, rowCodec } from './codec';
import { insertRow, queryRows, readRow } from './rows';
import type { Storage } from './storage';

const place = ['since', 'lists'] as const;
const codec = rowCodec<{ readonly at: number }>(
  () => 'The beginning of lists',
  z.object({ at: z.number() }),
  {
    versioned: false,
  },
);
/** So long workers of the version before may still be at work beside the first of this one. */
const besideMs = 10 * 60_000;

/**
 * Since when runs and events stand in lists of their own (see run-lists.ts and event-lists.ts): what is older was
 * written by a version of the app that kept none, and is found by looking through all rows. A row in the table
 * `leases`, written once. While it cannot be read, all is found by looking through all rows.
 */
export class ListedSince {
  #known: number | undefined;

  constructor(private readonly storage: Storage) {}

  /** Milliseconds since 1970; Infinity while nothing stands in any list. */
  async read(): Promise<number> {
    if (this.#known === undefined) {
      const table = this.storage.table('leases');
      const row = await readRow(table, ...place);
      this.#known = row && readOrSkip(table, row, codec)?.at;
    }
    return this.#known ?? Infinity;
  }

  /** To be called before anything is put in a list for the first time. */
  async begin(): Promise<void> {
    if ((await this.read()) !== Infinity) return;
    const at = (await this.#isNew()) ? 0 : this.storage.now() + besideMs;
    const [partitionKey, rowKey] = place;
    await insertRow(this.storage.table('leases'), codec.write({ partitionKey, rowKey }, { at }));
    await this.read();
  }

  async #isNew(): Promise<boolean> {
    for (const name of ['runs', 'inbox'] as const)
      for await (const _ of queryRows(this.storage.table(name), { select: ['RowKey'], pageSize: 1 }))
        return false;
    return true;
  }
}
