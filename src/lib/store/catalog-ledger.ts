import { gunzipSync, gzipSync } from 'node:zlib';
import { type Route, routeName } from '../domain/feed';
import type { Utc } from '../domain/time';
import { fromProperties, toProperties } from './bytes';
import { toKey } from './keys';
import { checkVersion, mergeRow, queryRows, readRow, type Row, rowVersion, where, writtenAt } from './rows';
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

/** The table `ledgercatalog`: a partition a source and destination, a row a course. */
export class CatalogLedger {
  readonly #table: Table;

  constructor(storage: Storage) {
    this.#table = storage.table('ledgercatalog');
  }

  /** All courses of a source, by id, without what was sent. */
  async load(route: Route): Promise<Map<string, CatalogEntry>> {
    const entries = new Map<string, CatalogEntry>();
    const select = ['PartitionKey', 'RowKey', 'v', 'courseId', 'key', 'hash', 'deleted', 'doubt', 'sender'];
    for await (const row of queryRows(this.#table, {
      filter: where`PartitionKey eq ${routeName(route)}`,
      select,
    })) {
      const entry = toEntry(row);
      entries.set(entry.courseId, entry);
    }
    return entries;
  }

  async read(route: Route, courseId: string): Promise<CatalogEntry | undefined> {
    const row = await readRow(this.#table, routeName(route), toKey(courseId));
    return row && toEntry(row);
  }

  /** When the course's row was last written, by storage's clock; undefined when it has none. */
  async writtenAt(route: Route, courseId: string): Promise<Utc | undefined> {
    return writtenAt(await readRow(this.#table, routeName(route), toKey(courseId)));
  }

  /** What the sink was last told of the course, as it was sent. */
  async lastJson(route: Route, courseId: string): Promise<string | undefined> {
    const row = await readRow(this.#table, routeName(route), toKey(courseId));
    const bytes = row && fromProperties('json', row);
    return bytes && gunzipSync(bytes).toString('utf8');
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

function toEntry(row: Row): CatalogEntry {
  checkVersion(row, `The catalog ledger of ${row.partitionKey}`);
  return {
    courseId: String(row.courseId),
    key: String(row.key),
    hash: String(row.hash),
    deleted: row.deleted === true,
    doubt: row.doubt === true,
    sender: typeof row.sender === 'string' ? row.sender : undefined,
    etag: row.etag,
  };
}

const toRow = (route: Route, { entry: { sender, ...entry }, json }: CatalogWrite): Row => ({
  partitionKey: routeName(route),
  rowKey: toKey(entry.courseId),
  v: rowVersion,
  ...entry,
  ...(sender === undefined ? {} : { sender }),
  ...toProperties('json', gzipSync(json)),
});
