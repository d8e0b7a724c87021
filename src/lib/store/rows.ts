import { odata } from '@azure/data-tables';
import { parseUtc, type Utc } from '../domain/time';
import { ConflictError, PayloadError } from '../errors';
import { exists, isConflict, isMissing, storageError, type Table } from './storage';

/** A row as the table holds it. */
export type Row = Record<string, unknown> & { partitionKey: string; rowKey: string; etag?: string };

/** The version of what this app writes. A row of another version was written by a newer or older app. */
export const rowVersion = 1;

/** @throws PayloadError when a row of the app is of another version. */
export function checkVersion(row: Row, what: string): void {
  if (row.v !== rowVersion)
    throw new PayloadError(
      `${what} is stored in version ${String(row.v)}, this app reads version ${rowVersion}; deploy the version that wrote it, or delete the row`,
    );
}

/** When storage last wrote a row, by its own clock. */
export const writtenAt = (row: Row | undefined): Utc | undefined =>
  typeof row?.timestamp === 'string' ? parseUtc(row.timestamp) : undefined;

/** One row, or undefined. @throws RetryableError when storage does not answer. */
export async function readRow(table: Table, partitionKey: string, rowKey: string): Promise<Row | undefined> {
  try {
    return (await table.getEntity(partitionKey, rowKey)) as Row;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw storageError(error);
  }
}

/** Writes a new row. @returns false when there is one already. */
export async function insertRow(table: Table, row: Row): Promise<boolean> {
  try {
    await table.createEntity(row);
    return true;
  } catch (error) {
    if (exists(error)) return false;
    throw storageError(error);
  }
}

/**
 * Replaces a row if it is still the one that was read.
 * @returns the new etag. @throws ConflictError when someone else wrote it meanwhile.
 */
export async function replaceRow(table: Table, row: Row, etag: string): Promise<string> {
  try {
    const { etag: _, ...entity } = row;
    const answer = await table.updateEntity(entity as Row, 'Replace', { etag });
    return answer.etag ?? '';
  } catch (error) {
    if (isConflict(error) || isMissing(error))
      throw new ConflictError('The row was written by someone else meanwhile');
    throw storageError(error);
  }
}

/** Writes a row, whatever is there. */
export async function putRow(table: Table, row: Row): Promise<void> {
  try {
    await table.upsertEntity(row, 'Replace');
  } catch (error) {
    throw storageError(error);
  }
}

/** Changes some properties of a row, whoever wrote it last; one that is not there stays so. */
export async function mergeRow(table: Table, row: Row): Promise<void> {
  try {
    await table.updateEntity(row, 'Merge', { etag: '*' });
  } catch (error) {
    if (!isMissing(error)) throw storageError(error);
  }
}

/** Deletes a row; one that is not there is no error. @throws ConflictError when an etag is given and it changed. */
export async function deleteRow(
  table: Table,
  partitionKey: string,
  rowKey: string,
  etag?: string,
): Promise<void> {
  try {
    await table.deleteEntity(partitionKey, rowKey, etag ? { etag } : {});
  } catch (error) {
    if (isMissing(error)) return;
    if (isConflict(error)) throw new ConflictError('The row was written by someone else meanwhile');
    throw storageError(error);
  }
}

export interface Query {
  /** OData; see `where`. Left out: every row. */
  readonly filter?: string;
  readonly select?: readonly string[];
  /** Rows fetched at a time, 1,000 at the most; for those who stop before the end. */
  readonly pageSize?: number;
  /** No more requests than this: what they did not find is left out, however much there is. */
  readonly pages?: number;
}

/** Builds a filter with its values quoted: where`PartitionKey eq ${x}`. */
export const where = odata;

/** All rows a query finds, in key order. */
export async function* queryRows(table: Table, query: Query = {}): AsyncGenerator<Row> {
  const queryOptions = {
    ...(query.filter ? { filter: query.filter } : {}),
    ...(query.select ? { select: [...query.select] } : {}),
  };
  try {
    let pages = 0;
    const settings = query.pageSize === undefined ? {} : { maxPageSize: Math.min(1_000, query.pageSize) };
    for await (const page of table.listEntities({ queryOptions }).byPage(settings)) {
      for (const row of page) yield row as Row;
      if (++pages === query.pages) return;
    }
  } catch (error) {
    throw storageError(error);
  }
}

/**
 * Several writes in one partition that happen together or not at all (100 at the most).
 * @returns the rows' new etags, in the order of the actions.
 * @throws ConflictError when one of the rows was written by someone else meanwhile.
 */
export async function writeTogether(
  table: Table,
  actions: readonly Action[],
): Promise<(string | undefined)[]> {
  try {
    const answer = await table.submitTransaction(
      actions.map((action) => {
        const { etag: _, ...entity } = action.row;
        if (action.type === 'replace') return ['update', entity as Row, 'Replace', { etag: action.etag }];
        if (action.type === 'put') return ['upsert', entity as Row, 'Replace'];
        return [action.type, entity as Row];
      }),
    );
    // By order: the SDK knows the row key of inserted rows alone.
    return actions.map((_, i) => answer.subResponses[i]?.etag);
  } catch (error) {
    if (isConflict(error) || exists(error) || isMissing(error))
      throw new ConflictError('One of the rows was written by someone else meanwhile');
    throw storageError(error);
  }
}

/** Runs one step of many, so that one that fails costs itself alone; it is told of elsewhere. */
export type ByItself = (step: () => Promise<void>) => Promise<void>;

/** Deletes all rows of a partition. @param last the key of the row by which the others are found. */
export async function deletePartition(table: Table, partitionKey: string, last: string): Promise<void> {
  let together: Action[] = [];
  const select = ['PartitionKey', 'RowKey'];
  for await (const { rowKey } of queryRows(table, {
    filter: where`PartitionKey eq ${partitionKey}`,
    select,
  })) {
    if (rowKey === last) continue;
    together.push({ type: 'delete', row: { partitionKey, rowKey } });
    if (together.length < 100) continue;
    await writeTogether(table, together);
    together = [];
  }
  if (together.length > 0) await writeTogether(table, together);
  await deleteRow(table, partitionKey, last);
}

export type Action =
  | { readonly type: 'create' | 'delete'; readonly row: Row }
  | { readonly type: 'put'; readonly row: Row }
  | { readonly type: 'replace'; readonly row: Row; readonly etag: string };

/** Does again what lost against another writer. @param work reads the row anew each time. */
export async function retryConflicts<T>(work: () => Promise<T>, attempts = 60): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt >= attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(200, 5 * attempt)));
    }
  }
}
