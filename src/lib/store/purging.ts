import { forEachOf } from '../for-each-of';
import { ConflictError } from '../errors';
import { deleteRow, queryRows, type Row, where } from './rows';
import type { Table } from './storage';
import { type Action, mostTogether, writeTogether } from './transactions';

/** Runs one step of many, so that one that fails costs itself alone; it is told of elsewhere. */
export type ByItself = (step: () => Promise<void>) => Promise<void>;

/** Transactions under way at a time. */
export const purgeWidth = 4;

/**
 * Deletes rows in the versions in which they were listed, if they bear one, a hundred of a partition in a transaction. One that was
 * written anew since stays, and one that cannot be deleted costs itself, not its transaction.
 * @param rows partition by partition, as lists give them. @returns how many are gone.
 */
export async function purgeRows(
  table: Table,
  rows: AsyncIterable<Row> | Iterable<Row>,
  byItself: ByItself,
): Promise<number> {
  let purged = 0;
  await forEachOf(groupsOf(rows, mostTogether), purgeWidth, (group) =>
    byItself(async () => {
      try {
        await writeTogether(table, group.map(deletion));
        purged += group.length;
      } catch {
        for (const { partitionKey, rowKey, etag } of group)
          await byItself(async () => {
            if (await isGone(deleteRow(table, partitionKey, rowKey, etag))) purged++;
          });
      }
    }),
  );
  return purged;
}

const deletion = ({ partitionKey, rowKey, etag }: Row): Action => ({
  type: 'delete',
  row: { partitionKey, rowKey },
  ...(etag !== undefined && { etag }),
});

/** @returns false when the row was written anew. */
export async function isGone(deleting: Promise<unknown>): Promise<boolean> {
  try {
    await deleting;
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}

/** Neighbours of one partition, so many at the most. */
export async function* groupsOf(
  rows: AsyncIterable<Row> | Iterable<Row>,
  most: number,
): AsyncGenerator<readonly Row[]> {
  let group: Row[] = [];
  for await (const row of rows) {
    if (group.length === most || (group[0] && group[0].partitionKey !== row.partitionKey)) {
      yield group;
      group = [];
    }
    group.push(row);
  }
  if (group.length > 0) yield group;
}

/** Deletes all rows of a partition. @param last the key of the row by which the others are found: none outlives it. */
export async function deletePartition(table: Table, partitionKey: string, last: string): Promise<void> {
  const filter = where`PartitionKey eq ${partitionKey}`;
  const keys: string[] = [];
  let found = false;
  for await (const { rowKey } of queryRows(table, { filter, select: ['PartitionKey', 'RowKey'] }))
    if (rowKey === last) found = true;
    else keys.push(rowKey);
  if (found) keys.push(last);
  for (let i = 0; i < keys.length; i += mostTogether) {
    const some = keys.slice(i, i + mostTogether);
    await writeTogether(
      table,
      some.map((rowKey) => ({ type: 'delete', row: { partitionKey, rowKey } })),
    );
  }
}
