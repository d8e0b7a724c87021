import { courseIdFault } from '../domain/course';
import { type Feed, type FeedKind, feedName, firstDestination } from '../domain/feed';
import type { Utc } from '../domain/time';
import { fromJsonProperties, toJsonProperties } from './bytes';
import { shortHash } from './keys';
import { checkVersion, type Row, rowVersion } from './rows';

/** A record that could not be mapped, or that the sink refused, without the row itself. */
export interface QuarantineEntry {
  readonly id: string;
  readonly feed: Feed;
  readonly runId: string;
  readonly reason: string;
  /** What the sink answered, when it was the sink. */
  readonly status: number | undefined;
  readonly at: Utc;
  /** The course it belongs to, when the row says. */
  readonly courseId: string | undefined;
}

export interface QuarantinedRecord extends QuarantineEntry {
  /** The row as the source gave it. Holds personal data. */
  readonly raw: unknown;
}

/** @param key of the record at the source; what has none is told apart by its own content. */
export const quarantineId = (feed: Feed, key: string | undefined, raw: unknown): string =>
  `${feedName(feed)}-${shortHash(key ?? `raw:${JSON.stringify(raw)}`)}`;

export const quarantineRowKey = (id: string): string => id.split('-').at(-1) ?? id;

/** @returns undefined when it is no id of a quarantined record. */
export function feedOf(id: string): Feed | undefined {
  const match = /^(.+)-[0-9a-f]{16}$/.exec(id);
  return match ? feedNamed(match[1] ?? '') : undefined;
}

/** The feed of a partition. */
export function feedNamed(name: string): Feed | undefined {
  const match = /^([a-z0-9]+)-(catalog|consumption)(?:\.([a-z0-9]+))?$/.exec(name);
  if (!match) return undefined;
  const [, source = '', kind, destination = firstDestination] = match;
  return { source, kind: kind as FeedKind, destination };
}

/** Of a reason, in characters. */
const longest = 2_000;
/** A row of the table holds 1 MiB. */
const mostRawBytes = 800_000;

export function recordToRow(record: QuarantinedRecord): Row {
  const { id, feed, runId, reason, status, at, courseId } = record;
  const { raw, cut } = keptRaw(record.raw);
  const told = cut ? `${reason} (its row is too large to be kept with it)` : reason;
  return {
    partitionKey: feedName(feed),
    rowKey: quarantineRowKey(id),
    v: rowVersion,
    ...feed,
    runId,
    reason: told.slice(0, longest),
    at,
    ...(status === undefined ? {} : { status }),
    ...(courseId === undefined || courseIdFault(courseId) ? {} : { courseId }),
    ...raw,
  };
}

function keptRaw(given: unknown): { raw: Record<string, unknown>; cut: boolean } {
  const raw = toJsonProperties('raw', given ?? null);
  const cut = Number(raw.rawLength) > mostRawBytes;
  return { raw: cut ? toJsonProperties('raw', null) : raw, cut };
}

/** What `rowToEntry` needs of a row. */
export const entryProperties = [
  'PartitionKey',
  'RowKey',
  'v',
  'source',
  'kind',
  'destination',
  'runId',
  'reason',
  'status',
  'at',
  'courseId',
];

/** @throws PayloadError when the row is of another version of the app. */
export function rowToEntry(row: Row): QuarantineEntry {
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
  };
}

/** @throws PayloadError when the row is of another version of the app. */
export const rowToRecord = (row: Row): QuarantinedRecord => ({
  ...rowToEntry(row),
  raw: fromJsonProperties('raw', row),
});
