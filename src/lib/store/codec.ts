import type { z } from 'zod';
import { PayloadError } from '../errors';
import { plainWords } from '../plain-words';
import { checkVersion, type Query, queryRows, type Row, rowVersion } from './rows';
import type { RowKeys } from './skipped-rows';
import { fromJsonProperties } from './bytes';
import type { Table } from './storage';

/** A row is not what this app writes. Names its keys and fields, never what they hold. */
export class UnreadableRowError extends PayloadError {}

/** How one kind of row is read and written. */
export interface RowCodec<T> {
  /** @throws UnreadableRowError; PayloadError when the row is of another version of the app. */
  read(row: Row): T;
  /** What is undefined is left out. @throws ZodError when it is not what a row of this kind holds. */
  write(keys: RowKeys, value: T): Row;
}

export interface CodecOptions {
  /** Rows of this kind say of which version they are. Default: true. */
  readonly versioned?: boolean;
}

/**
 * @param what names a row in errors, such as `The batch a1`.
 * @param schema of its columns; a column that came later has its default there.
 */
export function rowCodec<T extends object>(
  what: (row: Row) => string,
  schema: z.ZodType<T> & { readonly shape: object },
  { versioned = true }: CodecOptions = {},
): RowCodec<T> {
  const none = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, undefined]));
  return {
    read(row) {
      if (versioned && row.v !== rowVersion) checkVersion(row, what(row));
      const result = schema.safeParse(row, options);
      // A scan reads rows by the hundred thousand: what names them is put together for those alone that it names.
      return { ...none, ...(result.success ? result.data : checked(what(row), row, result)) };
    },
    write({ partitionKey, rowKey }, value) {
      const columns = Object.entries(schema.encode(value) as object).filter(
        ([, column]) => column !== undefined,
      );
      const version = versioned ? { v: rowVersion } : {};
      return { ...version, ...(Object.fromEntries(columns) as object), partitionKey, rowKey };
    },
  };
}

const options = { error: plainWords };

/** Compressed JSON of a row. @throws UnreadableRowError when it is missing, or is not what it should be. */
export function packedJson<T>(what: string, name: string, row: Row, schema: z.ZodType<T>): T {
  const value = unpacked(name, row);
  if (value === undefined) throw unreadable(what, row, `${name} is not whole`);
  return checked(what, row, schema.safeParse(value, options), name);
}

function unpacked(name: string, row: Row): unknown {
  try {
    return fromJsonProperties(name, row);
  } catch {
    return undefined;
  }
}

function checked<T>(what: string, row: Row, result: z.ZodSafeParseResult<T>, within?: string): T {
  if (result.success) return result.data;
  const faults = result.error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${[...(within ? [within] : []), ...path].join('.')} ${message}`);
  throw unreadable(what, row, faults.join('; '));
}

const unreadable = (what: string, { partitionKey, rowKey }: Row, faults: string): UnreadableRowError =>
  new UnreadableRowError(
    `${what} cannot be read: ${faults}; repair or delete the row ${rowKey} of the partition ${partitionKey}`,
  );

/** What a row holds; undefined when it cannot be read, which is told in the log: it costs itself, and nothing beside it. */
export function readOrSkip<T>(table: Table, row: Row, codec: Pick<RowCodec<T>, 'read'>): T | undefined {
  try {
    return codec.read(row);
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    table.skipped(row, error);
    return undefined;
  }
}

/** The rows that a query finds and that can be read, with what they hold; the others are skipped as above. */
export async function* readRows<T>(
  table: Table,
  query: Query,
  codec: Pick<RowCodec<T>, 'read'>,
): AsyncGenerator<{ readonly row: Row; readonly value: T }> {
  for await (const row of queryRows(table, query)) {
    const value = readOrSkip(table, row, codec);
    if (value !== undefined) yield { row, value };
  }
}
