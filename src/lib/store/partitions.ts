import { queryRows, where } from './rows';
import type { Table } from './storage';

/** The keys of a table's partitions after a key, in order: a call each, however much they hold. */
export async function* partitionsAfter(table: Table, start: string): AsyncGenerator<string> {
  for (let found = await partitionAfter(table, start); found !== undefined;) {
    yield found;
    found = await partitionAfter(table, found);
  }
}

async function partitionAfter(table: Table, key: string): Promise<string | undefined> {
  const filter = where`PartitionKey gt ${key}`;
  const one = { filter, select: ['PartitionKey', 'RowKey'], pageSize: 1, pages: 1 };
  for await (const { partitionKey } of queryRows(table, one)) return partitionKey;
  return undefined;
}
