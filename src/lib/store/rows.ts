import { randomBytes } from 'node:crypto';
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
      `${what} is stored in ${typeof row.v === 'number' ? `version ${row.v}` : 'no known version'}, this app reads version ${rowVersion}; deploy the version that wrote it, or delete the row`,
    );
}

/** When storage last wrote a row, by its own clock. */
export const writtenAt = (row: Row | undefined): Utc | undefined =>
  typeof row?.timestamp === 'string' ? parseUtc(row.timestamp) : undefined;

/** Gives up waiting; nobody knows whether what was asked happens. */
export interface StorageCallOptions {
  readonly abortSignal?: AbortSignal;
}

/** One row, or undefined. @param options.select of its properties; left out: all. @throws RetryableError when storage does not answer. */
export async function readRow(
  table: Table,
  partitionKey: string,
  rowKey: string,
  { select, ...patience }: StorageCallOptions & { readonly select?: readonly string[] } = {},
): Promise<Row | undefined> {
  try {
    const options = { ...patience, ...(select && { queryOptions: { select: [...select] } }) };
    return await table.getEntity<Row>(partitionKey, rowKey, options);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw storageError(error);
  }
}

/*
 * The storage client sends again what got no answer, and a write that depends on what is there then meets itself.
 * So each such write is stamped: who finds their own stamp has written the row, and nobody else.
 */
export const stampOf = (): { writeId: string } => ({ writeId: randomBytes(9).toString('base64url') });

/** The row's etag, if it bears the stamp. */
export async function etagOfOwn(
  table: Table,
  row: Row,
  patience?: StorageCallOptions,
): Promise<string | undefined> {
  const there = await readRow(table, row.partitionKey, row.rowKey, patience);
  return there?.writeId === row.writeId ? (there?.etag ?? '') : undefined;
}

/** Writes a new row. @returns its etag; undefined when there is one already. */
export async function insertRow(
  table: Table,
  row: Row,
  patience?: StorageCallOptions,
): Promise<string | undefined> {
  const stamped = { ...row, ...stampOf() };
  try {
    return (await table.createEntity(stamped, patience)).etag ?? '';
  } catch (error) {
    if (exists(error)) return etagOfOwn(table, stamped, patience);
    throw storageError(error);
  }
}

/**
 * Replaces a row if it is still the one that was read.
 * @returns the new etag. @throws ConflictError when someone else wrote it meanwhile.
 */
export async function replaceRow(
  table: Table,
  row: Row,
  etag: string,
  patience?: StorageCallOptions,
): Promise<string> {
  const { etag: _, ...entity } = row;
  const stamped = { ...entity, ...stampOf() } as Row;
  try {
    return (await table.updateEntity(stamped, 'Replace', { etag, ...patience })).etag ?? '';
  } catch (error) {
    if (!isConflict(error) && !isMissing(error)) throw storageError(error);
    const own = await etagOfOwn(table, stamped, patience);
    if (own === undefined) throw new ConflictError('The row was written by someone else meanwhile');
    return own;
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

/** For what may well be somebody else's by now: it is left to them. */
export const unlessConflict = (error: unknown): undefined => {
  if (!(error instanceof ConflictError)) throw error;
};

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
