import { courseIdFault } from '../domain/course';
import { type Feed, type FeedKind, feedName, firstDestination } from '../domain/feed';
import type { Utc } from '../domain/time';
import { fromJsonProperties, toJsonProperties } from './bytes';
import { shortHash } from './keys';
import { type ByItself, isGone, purgeRows } from './purging';
import { checkVersion, deleteRow, putRow, queryRows, readRow, type Row, rowVersion, where } from './rows';
import type { Storage, Table } from './storage';

/** A record that could not be mapped, or that the sink refused. */
export interface QuarantinedRecord {
  readonly id: string;
  readonly feed: Feed;
  readonly runId: string;
  readonly reason: string;
  /** What the sink answered, when it was the sink. */
  readonly status: number | undefined;
  readonly at: Utc;
  /** The course it belongs to, when the row says. */
  readonly courseId: string | undefined;
  /** The row as the source gave it. Holds personal data. */
  readonly raw: unknown;
  readonly etag: string | undefined;
}

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

/** The table `quarantine`: a partition a feed, a row a record. The same record fails into the same row. */
export class Quarantine {
  readonly #table: Table;

  constructor(storage: Storage) {
    this.#table = storage.table('quarantine');
  }

  async put(record: Omit<QuarantinedRecord, 'etag'>): Promise<void> {
    const { raw, cut } = keptRaw(record.raw);
    const reason = cut ? `${record.reason} (its row is too large to be kept with it)` : record.reason;
    await putRow(this.#table, {
      partitionKey: feedName(record.feed),
      rowKey: rowKeyOf(record.id),
      v: rowVersion,
      source: record.feed.source,
      kind: record.feed.kind,
      destination: record.feed.destination,
      runId: record.runId,
      reason: reason.slice(0, longest),
      at: record.at,
      ...(record.status === undefined ? {} : { status: record.status }),
      ...(record.courseId === undefined || courseIdFault(record.courseId)
        ? {}
        : { courseId: record.courseId }),
      ...raw,
    });
  }

  async read(id: string): Promise<QuarantinedRecord | undefined> {
    const feed = feedOf(id);
    const row = feed && (await readRow(this.#table, feedName(feed), rowKeyOf(id)));
    return row ? toRecord(row) : undefined;
  }

  /** Ids of a feed's records: few, unless the feed is ill. */
  async ids(feed: Feed): Promise<Set<string>> {
    const ids = new Set<string>();
    const filter = where`PartitionKey eq ${feedName(feed)}`;
    for await (const row of queryRows(this.#table, { filter, select: ['PartitionKey', 'RowKey'] }))
      ids.add(`${row.partitionKey}-${row.rowKey}`);
    return ids;
  }

  /** How many records there are, or `most` when there are more. */
  async count(most: number): Promise<number> {
    let found = 0;
    const keys = { select: ['PartitionKey', 'RowKey'], pageSize: most };
    for await (const _ of queryRows(this.#table, keys)) if (++found >= most) break;
    return found;
  }

  /** In the order of their ids. */
  async *list(filter: QuarantineFilter = {}): AsyncGenerator<QuarantinedRecord> {
    const after = filter.after === undefined ? undefined : feedOf(filter.after);
    const terms = [
      ...(filter.source ? [where`source eq ${filter.source}`] : []),
      ...(filter.kind ? [where`kind eq ${filter.kind}`] : []),
      ...(filter.runId ? [where`runId eq ${filter.runId}`] : []),
      ...(filter.reason ? [where`reason eq ${filter.reason}`] : []),
      ...(after
        ? [
            where`(PartitionKey gt ${feedName(after)} or (PartitionKey eq ${feedName(after)} and RowKey gt ${rowKeyOf(filter.after ?? '')}))`,
          ]
        : []),
    ];
    for await (const row of queryRows(this.#table, {
      ...(terms.length > 0 ? { filter: terms.join(' and ') } : {}),
      ...(filter.pageSize === undefined ? {} : { pageSize: filter.pageSize }),
    })) {
      const record = toRecord(row);
      if (filter.destination === undefined || record.feed.destination === filter.destination) yield record;
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

  /** @returns false when the record was put there anew since it was read. */
  async clear(id: string, etag?: string): Promise<boolean> {
    const feed = feedOf(id);
    if (!feed) return false;
    return isGone(deleteRow(this.#table, feedName(feed), rowKeyOf(id), etag));
  }
}

/** Of a reason, in characters. */
const longest = 2_000;
/** A row of the table holds 1 MiB. */
const mostRawBytes = 800_000;

function keptRaw(given: unknown): { raw: Record<string, unknown>; cut: boolean } {
  const raw = toJsonProperties('raw', given ?? null);
  const cut = Number(raw.rawLength) > mostRawBytes;
  return { raw: cut ? toJsonProperties('raw', null) : raw, cut };
}

/** @param key of the record at the source; what has none is told apart by its own content. */
export const quarantineId = (feed: Feed, key: string | undefined, raw: unknown): string =>
  `${feedName(feed)}-${shortHash(key ?? `raw:${JSON.stringify(raw)}`)}`;

const rowKeyOf = (id: string): string => id.split('-').at(-1) ?? id;

function feedOf(id: string): Feed | undefined {
  const match = /^([a-z0-9]+)-(catalog|consumption)(?:\.([a-z0-9]+))?-[0-9a-f]{16}$/.exec(id);
  if (!match) return undefined;
  const [, source = '', kind, destination = firstDestination] = match;
  return { source, kind: kind as FeedKind, destination };
}

function toRecord(row: Row): QuarantinedRecord {
  checkVersion(row, 'A quarantined record');
  return {
    id: `${row.partitionKey}-${row.rowKey}`,
    feed: {
      source: String(row.source),
      kind: row.kind as FeedKind,
      // Rows from before there were other destinations name none.
      destination: String(row.destination ?? firstDestination),
    },
    runId: String(row.runId),
    reason: String(row.reason),
    status: row.status as number | undefined,
    at: row.at as Utc,
    courseId: row.courseId as string | undefined,
    raw: fromJsonProperties('raw', row),
    etag: row.etag,
  };
}
