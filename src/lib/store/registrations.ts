import { checkVersion, deleteRow, putRow, queryRows, type Row, rowVersion, where } from './rows';
import type { Storage, Table } from './storage';

/** A webhook that this app has at a vendor, or is about to have. */
export interface Registration {
  readonly event: string;
  /** The vendor's; undefined while nobody knows whether it was created. */
  readonly id: string | undefined;
  /** Of its address, which holds a secret. */
  readonly urlHash: string;
  /** The event's webhooks that were there before. */
  readonly before: readonly string[];
}

/** Part of the table `inbox`: a row for each event of a source that has a webhook. It is kept for ever. */
export class Registrations {
  readonly #table: Table;

  constructor(storage: Storage) {
    this.#table = storage.table('inbox');
  }

  /** By event. */
  async of(source: string): Promise<Map<string, Registration>> {
    const filter = where`PartitionKey eq ${source} and RowKey ge ${'hook-'} and RowKey lt ${'hook.'}`;
    const found = new Map<string, Registration>();
    for await (const row of queryRows(this.#table, { filter })) {
      const registration = fromRow(row);
      found.set(registration.event, registration);
    }
    return found;
  }

  put(source: string, { event, id, urlHash, before }: Registration): Promise<void> {
    return putRow(this.#table, {
      partitionKey: source,
      rowKey: `hook-${event}`,
      v: rowVersion,
      urlHash,
      before: JSON.stringify(before),
      ...(id === undefined ? {} : { hookId: id }),
    });
  }

  forget(source: string, event: string): Promise<void> {
    return deleteRow(this.#table, source, `hook-${event}`);
  }
}

/** @throws PayloadError when the row is of another version of the app. */
function fromRow(row: Row): Registration {
  const event = row.rowKey.slice('hook-'.length);
  checkVersion(row, `The webhook of ${event}`);
  return {
    event,
    id: row.hookId as string | undefined,
    urlHash: String(row.urlHash),
    before: JSON.parse(String(row.before)) as string[],
  };
}
