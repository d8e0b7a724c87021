import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { type Route, routeName } from '../domain/feed';
import type { Utc } from '../domain/time';
import { fromProperties, toProperties } from './bytes';
import { rowCodec, UnreadableRowError } from './codec';
import { maybe } from './fields';
import { fromKey, toKey } from './keys';
import { mergeRow, queryRows, readRow, type Row, where, writtenAt } from './rows';
import type { Storage, Table } from './storage';
import { type Action, writeInGroups } from './transactions';

/** A row holds 1 MiB; this leaves room for what else it holds. */
const mostJsonBytes = 800_000;

/** What the sink was last told of a course. */
export interface CatalogEntry {
  readonly courseId: string;
  /** Names the record at the sink. */
  readonly key: string;
  /** The content hash of what was acknowledged last. */
  readonly hash: string;
  /** The sink was told that the course is gone. */
  readonly deleted: boolean;
  /** Something was sent whose acknowledgement is not known: it must be sent again, whatever the hash says. */
  readonly doubt: boolean;
  /** The lease of whoever put it in doubt to send it: while that lives, its POST may still be on its way. */
  readonly sender?: string | undefined;
  readonly etag: string | undefined;
}

export interface CatalogWrite {
  readonly entry: Omit<CatalogEntry, 'etag'>;
  /** What was sent last, or is about to be. */
  readonly json: string;
  /** The row as it was read; undefined for a course that has none yet. */
  readonly etag: string | undefined;
}

/**
 * The table `ledgercatalog`: a partition a source and destination, a row a course. A row that cannot be read is in
 * doubt: its course is sent again, or withdrawn if it is gone, and the row is replaced. One of another version of the app
 * ends the run instead, with a PayloadError: that app knows what it means.
 */
export class CatalogLedger {
  readonly #table: Table;

  constructor(storage: Storage) {
    this.#table = storage.table('ledgercatalog');
  }

  /**
   * All courses of a source, by id, without what was sent. A row that does not even say whose it is is skipped: a course
   * that the source still shows finds it by its key, as `read` does.
   */
  async load(route: Route): Promise<Map<string, CatalogEntry>> {
    const entries = new Map<string, CatalogEntry>();
    const select = ['PartitionKey', 'RowKey', 'v', 'courseId', 'key', 'hash', 'deleted', 'doubt', 'sender'];
    for await (const row of queryRows(this.#table, {
      filter: where`PartitionKey eq ${routeName(route)}`,
      select,
    })) {
      const entry = this.#entry(row, fromKey(row.rowKey));
      if (entry) entries.set(entry.courseId, entry);
    }
    return entries;
  }

  async read(route: Route, courseId: string): Promise<CatalogEntry | undefined> {
    const row = await readRow(this.#table, routeName(route), toKey(courseId));
    return row && this.#entry(row, courseId);
  }

  #entry(row: Row, courseId: string | undefined): CatalogEntry | undefined {
    try {
      return { ...codec.read(row), etag: row.etag };
    } catch (error) {
      if (!(error instanceof UnreadableRowError)) throw error;
      this.#table.skipped(row, error);
      const unknown = { key: '', hash: '', deleted: false, doubt: true, etag: row.etag };
      return courseId === undefined ? undefined : { courseId, ...unknown };
    }
  }

  /** When the course's row was last written, by storage's clock; undefined when it has none. */
  async writtenAt(route: Route, courseId: string): Promise<Utc | undefined> {
    return writtenAt(await readRow(this.#table, routeName(route), toKey(courseId)));
  }

  /** What the sink was last told of the course, as it was sent; undefined when that cannot be read any more. */
  async lastJson(route: Route, courseId: string): Promise<string | undefined> {
    const row = await readRow(this.#table, routeName(route), toKey(courseId));
    try {
      const bytes = row && fromProperties('json', row);
      return bytes && gunzipSync(bytes).toString('utf8');
    } catch {
      return undefined;
    }
  }

  /**
   * Writes courses' rows, each only if it is still as it was read.
   * @returns their new etags, in order.
   * @throws ConflictError when one is not; rows of earlier groups may have been written.
   */
  write(route: Route, writes: readonly CatalogWrite[]): Promise<(string | undefined)[]> {
    const actions = writes.map((write): Action => {
      const row = toRow(route, write);
      return write.etag === undefined ? { type: 'create', row } : { type: 'replace', row, etag: write.etag };
    });
    return writeInGroups(this.#table, actions);
  }

  /**
   * Puts a course in doubt, whoever wrote its row last: two values were on their way at once, and which of them
   * the sink got last is unknown.
   */
  async putInDoubt(route: Route, courseId: string): Promise<void> {
    await mergeRow(this.#table, { partitionKey: routeName(route), rowKey: toKey(courseId), doubt: true });
  }
}

/** Why a course cannot be kept in the ledger, and so not be sent; undefined when it can. @param json as it is sent. */
export function tooLarge(json: string): string | undefined {
  if (json.length * 3 <= mostJsonBytes) return undefined;
  const bytes = gzipSync(json).length;
  if (bytes <= mostJsonBytes) return undefined;
  return `its record takes ${Math.ceil(bytes / 1000)} kB compressed, and ${mostJsonBytes / 1000} kB is the most that can be kept`;
}

const codec = rowCodec<Omit<CatalogEntry, 'etag'>>(
  ({ partitionKey }) => `The catalog ledger of ${partitionKey}`,
  z.object({
    courseId: z.string(),
    key: z.string(),
    hash: z.string(),
    deleted: z.boolean(),
    doubt: z.boolean(),
    sender: maybe(z.string()),
  }),
);

const toRow = (route: Route, { entry, json }: CatalogWrite): Row => ({
  ...codec.write({ partitionKey: routeName(route), rowKey: toKey(entry.courseId) }, entry),
  ...toProperties('json', gzipSync(json)),
});
