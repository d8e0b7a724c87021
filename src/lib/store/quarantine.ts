import { type Feed, type FeedKind, feedName } from '../domain/feed';
import type { Utc } from '../domain/time';
import { forEachOf } from '../for-each-of';
import { readOrSkip } from './codec';
import { partitionsAfter } from './partitions';
import { type ByItself, purgeRows } from './purging';
import { QuarantineLookup } from './quarantine-lookup';
import {
  entryProperties,
  feedNamed,
  feedOf,
  type QuarantinedRecord,
  type QuarantineEntry,
  recordToRow,
  quarantineRowKey,
  storedEntry,
  storedRecord,
} from './quarantine-rows';
import { putRow, queryRows, readRow, type Row, where } from './rows';
import type { Storage, Table } from './storage';

/** Which records; what is left out means all. */
export interface QuarantineFilter {
  readonly source?: string;
  readonly kind?: FeedKind;
  readonly destination?: string;
  /** The run that met them last. */
  readonly runId?: string;
  readonly reason?: string;
  /** Leaves out this id and those before it. */
  readonly after?: string;
  readonly pageSize?: number;
}

/** Records read at a time. */
const width = 8;

/**
 * The table `quarantine`: a partition a feed, a row a record. The same record fails into the same row. Lists and replays
 * leave out a row that cannot be read; whatever its record was about comes back here when it fails again.
 */
export class Quarantine {
  readonly #table: Table;

  constructor(private readonly storage: Storage) {
    this.#table = storage.table('quarantine');
  }

  async put(record: QuarantinedRecord): Promise<void> {
    await putRow(this.#table, recordToRow(record));
  }

  /** @returns undefined when it is not there any more, or cannot be read. */
  async read(id: string): Promise<QuarantinedRecord | undefined> {
    const row = await this.#row(id);
    return row && readOrSkip(this.#table, row, storedRecord);
  }

  /** Those that are there, of these ids. */
  async entries(ids: Iterable<string>): Promise<QuarantineEntry[]> {
    const found: QuarantineEntry[] = [];
    await forEachOf(new Set(ids), width, async (id) => {
      const row = await this.#row(id, entryProperties);
      const entry = row && readOrSkip(this.#table, row, storedEntry);
      if (entry) found.push(entry);
    });
    return found;
  }

  async #row(id: string, select?: readonly string[]): Promise<Row | undefined> {
    const feed = feedOf(id);
    if (!feed) return undefined;
    return readRow(this.#table, feedName(feed), quarantineRowKey(id), select && { select });
  }

  /** For a piece of work that begins: see `QuarantineLookup`. */
  lookUp(feed: Feed): Promise<QuarantineLookup> {
    return QuarantineLookup.begin(this.#table, feedName(feed), this.storage.now());
  }

  /** How many records there are, or `most` when there are more. */
  async count(most: number): Promise<number> {
    let found = 0;
    const keys = { select: ['PartitionKey', 'RowKey'], pageSize: most };
    for await (const _ of queryRows(this.#table, keys)) if (++found >= most) break;
    return found;
  }

  /** In the order of their ids, without the rows themselves. */
  async *list(filter: QuarantineFilter = {}): AsyncGenerator<QuarantineEntry> {
    for await (const row of this.#rows(filter, entryProperties)) {
      const entry = readOrSkip(this.#table, row, storedEntry);
      if (entry) yield entry;
    }
  }

  /** The same, with the rows, which may be large. */
  async *records(filter: QuarantineFilter = {}): AsyncGenerator<QuarantinedRecord> {
    for await (const row of this.#rows(filter)) {
      const record = readOrSkip(this.#table, row, storedRecord);
      if (record) yield record;
    }
  }

  async *#rows(filter: QuarantineFilter, select?: readonly string[]): AsyncGenerator<Row> {
    const { runId, reason, pageSize } = filter;
    const ofRows = [
      ...(runId ? [where`runId eq ${runId}`] : []),
      ...(reason ? [where`reason eq ${reason}`] : []),
    ];
    for await (const place of this.#places(filter)) {
      const terms = [...place, ...ofRows];
      const query = { select, pageSize, ...(terms.length > 0 && { filter: terms.join(' and ') }) };
      yield* queryRows(this.#table, query);
    }
  }

  /** Where the records are that a filter is about, as filters of their keys: what is elsewhere is not looked at. */
  async *#places({ source, kind, destination, after = '' }: QuarantineFilter): AsyncGenerator<string[]> {
    const reached = feedOf(after);
    const from = reached && feedName(reached);
    const beyond =
      from === undefined ? [] : [where`PartitionKey eq ${from} and RowKey gt ${quarantineRowKey(after)}`];
    if (source === undefined && kind === undefined && destination === undefined) {
      yield from === undefined ? [] : [`(${where`PartitionKey gt ${from}`} or (${beyond[0]}))`];
      return;
    }
    const isWanted = (name: string): boolean => {
      const feed = feedNamed(name);
      return (
        feed !== undefined &&
        (source === undefined || feed.source === source) &&
        (kind === undefined || feed.kind === kind) &&
        (destination === undefined || feed.destination === destination)
      );
    };
    if (from !== undefined && isWanted(from)) yield beyond;
    // The hyphen follows a source's id in the name of each of its feeds.
    for await (const name of partitionsAfter(
      this.#table,
      from ?? (source === undefined ? '' : `${source}-`),
    )) {
      if (isWanted(name)) yield [where`PartitionKey eq ${name}`];
      if (source !== undefined && !name.startsWith(`${source}-`)) return;
    }
  }

  /** Deletes what has been there since before a time. @returns how many. */
  purge(before: Utc, byItself: ByItself): Promise<number> {
    // One that failed anew since it was listed stays.
    const old = queryRows(this.#table, {
      filter: where`at lt ${before}`,
      select: ['PartitionKey', 'RowKey'],
    });
    return purgeRows(this.#table, old, byItself);
  }

  /** Takes records of one feed out; those that are not there are out already. */
  async clear(ids: readonly string[]): Promise<void> {
    await purgeRows(this.#table, rowsOf(ids), (step) => step());
  }
}

function* rowsOf(ids: readonly string[]): Generator<Row> {
  for (const id of ids) {
    const feed = feedOf(id);
    if (feed) yield { partitionKey: feedName(feed), rowKey: quarantineRowKey(id) };
  }
}
