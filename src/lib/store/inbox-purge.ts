import { forEachOf } from '../for-each-of';
import { eventPlace, eventPrefix, splitId } from './inbox-rows';
import { type ByItself, groupsOf, isGone, purgeWidth } from './purging';
import { deleteRow, queryRows, readRow, type Row, where } from './rows';
import type { Table } from './storage';
import { type Action, mostTogether, writeTogether } from './transactions';

/**
 * Deletes events that have ended, of those that a source received before a time, together with what was sent: an
 * event in the version that was listed, so that one that is replayed meanwhile stays, and costs itself.
 * @param before milliseconds since 1970. @returns how many are gone.
 */
export async function purgeEvents(
  table: Table,
  source: string,
  before: number,
  byItself: ByItself,
): Promise<number> {
  let purged = 0;
  await forEachOf(groupsOf(ended(table, source, before), mostTogether / 2), purgeWidth, (group) =>
    byItself(async () => {
      try {
        await writeTogether(table, group.flatMap(deletions));
        purged += group.length;
      } catch {
        for (const row of group)
          await byItself(async () => {
            if (await isGone(purgeOne(table, row))) purged++;
          });
      }
    }),
  );
  return purged;
}

async function* ended(table: Table, source: string, before: number): AsyncGenerator<Row> {
  const oldest = eventPrefix + eventPlace(before);
  const filter = where`PartitionKey eq ${source} and RowKey gt ${oldest} and RowKey lt ${'event.'}`;
  const select = ['PartitionKey', 'RowKey', 'eventId', 'state'];
  for await (const row of queryRows(table, { filter, select })) if (row.state !== 'received') yield row;
}

const deletions = (row: Row): [Action, Action] => {
  const { partitionKey, rowKey, etag = '*' } = row;
  return [
    { type: 'delete', row: { partitionKey, rowKey }, etag },
    { type: 'delete', row: { partitionKey, rowKey: rawKeyOf(row) } },
  ];
};

const rawKeyOf = ({ eventId }: Row): string => `raw-${splitId(String(eventId))?.hash ?? ''}`;

/** @throws ConflictError when the event is another than was listed. */
async function purgeOne(table: Table, row: Row): Promise<void> {
  const { partitionKey, rowKey, etag } = row;
  if (await readRow(table, partitionKey, rawKeyOf(row))) await writeTogether(table, deletions(row));
  // Of an event that an earlier version of the app began to purge, what was sent is gone.
  else await deleteRow(table, partitionKey, rowKey, etag);
}
