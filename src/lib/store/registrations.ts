import { z } from 'zod';
import { rowCodec } from './codec';
import { json, maybe } from './fields';
import { deleteRow, putRow, queryRows, type Row, where } from './rows';
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

/**
 * Part of the table `inbox`: a row for each event of a source that has a webhook. It is kept for ever. While one cannot
 * be read, the source's webhooks are not set up: without it the vendor would get a second one.
 */
export class Registrations {
  readonly #table: Table;

  constructor(storage: Storage) {
    this.#table = storage.table('inbox');
  }

  /** By event. @throws UnreadableRowError; PayloadError when a row is of another version of the app. */
  async of(source: string): Promise<Map<string, Registration>> {
    const found = new Map<string, Registration>();
    for await (const row of this.#rows(source)) {
      const registration = fromRow(row);
      found.set(registration.event, registration);
    }
    return found;
  }

  /** The events, by name, of which there is a row. */
  async events(source: string): Promise<string[]> {
    const names: string[] = [];
    for await (const row of this.#rows(source)) names.push(eventOf(row));
    return names;
  }

  #rows(source: string): AsyncGenerator<Row> {
    const filter = where`PartitionKey eq ${source} and RowKey ge ${'hook-'} and RowKey lt ${'hook.'}`;
    return queryRows(this.#table, { filter });
  }

  put(source: string, { event, id, urlHash, before }: Registration): Promise<void> {
    const keys = { partitionKey: source, rowKey: `hook-${event}` };
    return putRow(this.#table, codec.write(keys, { hookId: id, urlHash, before }));
  }

  forget(source: string, event: string): Promise<void> {
    return deleteRow(this.#table, source, `hook-${event}`);
  }
}

const eventOf = ({ rowKey }: Row): string => rowKey.slice('hook-'.length);

const codec = rowCodec<Omit<Registration, 'event' | 'id'> & { readonly hookId: string | undefined }>(
  (row) => `The webhook of ${eventOf(row)}`,
  z.object({ hookId: maybe(z.string()), urlHash: z.string(), before: json(z.array(z.string())) }),
);

function fromRow(row: Row): Registration {
  const { hookId: id, ...rest } = codec.read(row);
  return { event: eventOf(row), id, ...rest };
}
