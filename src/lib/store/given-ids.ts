import { createHash } from 'node:crypto';
import { z } from 'zod';
import { readOrSkip, rowCodec } from './codec';
import { deleteRow, queryRows, readRow, where } from './rows';
import type { Storage, Table } from './storage';
import { type Action, writeInGroups } from './transactions';

/**
 * The table `givenids`: a partition a destination, a row an id that the destination gave to what it was sent. What is
 * lost, or cannot be read, is looked up there again.
 */
export class GivenIdTable {
  readonly #table: Table;

  constructor(
    storage: Storage,
    private readonly destination: string,
  ) {
    this.#table = storage.table('givenids');
  }

  async read(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const ids = new Map<string, string>();
    const one = async (name: string): Promise<void> => {
      const row = await readRow(this.#table, this.destination, rowKeyOf(name));
      const given = row && readOrSkip(this.#table, row, codec);
      if (given) ids.set(name, given.id);
    };
    await Promise.all([...new Set(names)].map(one));
    return ids;
  }

  async write(ids: ReadonlyMap<string, string>): Promise<void> {
    const actions = [...ids].map(([name, id]): Action => {
      const keys = { partitionKey: this.destination, rowKey: rowKeyOf(name) };
      return { type: 'put', row: codec.write(keys, { id }) };
    });
    await writeInGroups(this.#table, actions);
  }

  async isEmpty(): Promise<boolean> {
    const filter = where`PartitionKey eq ${this.destination}`;
    for await (const _ of queryRows(this.#table, { filter, select: ['RowKey'], pageSize: 1 })) return false;
    return true;
  }

  forget(name: string): Promise<void> {
    return deleteRow(this.#table, this.destination, rowKeyOf(name));
  }
}

const codec = rowCodec<{ readonly id: string }>(
  ({ rowKey }) => `The id given to ${rowKey}`,
  z.object({ id: z.string() }),
);

/** A name can be of any length, and stand for a learner. */
const rowKeyOf = (name: string): string => createHash('sha256').update(name).digest('hex');
