import { z } from 'zod';
import { courseIdFault } from '../domain/course';
import { type Feed, type FeedKind, feedName, firstDestination } from '../domain/feed';
import type { Utc } from '../domain/time';
import { toJsonProperties } from './bytes';
import { packedJson, rowCodec } from './codec';
import { destination, kind, maybe, time } from './fields';
import { shortHash } from './keys';
import type { Row } from './rows';

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
  const [, source = '', kindName, destinationId = firstDestination] = match;
  return { source, kind: kindName as FeedKind, destination: destinationId };
}

/** Of a reason, in characters. */
const longest = 2_000;
/** A row of the table holds 1 MiB. */
const mostRawBytes = 800_000;

export function recordToRow(record: QuarantinedRecord): Row {
  const { id, feed, runId, reason, status, at, courseId } = record;
  const { raw, cut } = keptRaw(record.raw);
  const told = cut ? `${reason} (its row is too large to be kept with it)` : reason;
  const known = courseId === undefined || courseIdFault(courseId) ? undefined : courseId;
  const columns = { ...feed, runId, reason: told.slice(0, longest), at, status, courseId: known };
  return { ...codec.write({ partitionKey: feedName(feed), rowKey: quarantineRowKey(id) }, columns), ...raw };
}

function keptRaw(given: unknown): { raw: Record<string, unknown>; cut: boolean } {
  const raw = toJsonProperties('raw', given ?? null);
  const cut = Number(raw.rawLength) > mostRawBytes;
  return { raw: cut ? toJsonProperties('raw', null) : raw, cut };
}

const schema = z.object({
  source: z.string(),
  kind,
  destination,
  runId: z.string(),
  reason: z.string(),
  status: maybe(z.number()),
  at: time,
  courseId: maybe(z.string()),
});

type Columns = Feed & Omit<QuarantineEntry, 'id' | 'feed'>;

const whatRecord = ({ partitionKey, rowKey }: Row): string =>
  `The quarantined record ${partitionKey}-${rowKey}`;

const codec = rowCodec<Columns>(whatRecord, schema);

/** What an entry needs of a row. */
export const entryProperties = ['PartitionKey', 'RowKey', 'v', ...Object.keys(schema.shape)];

function readEntry(row: Row): QuarantineEntry {
  const { source, kind: ofKind, destination: to, ...rest } = codec.read(row);
  const feed = { source, kind: ofKind, destination: to };
  return { id: `${row.partitionKey}-${row.rowKey}`, feed, ...rest };
}

/** @throws UnreadableRowError; PayloadError when the row is of another version of the app. */
export const storedEntry = { read: readEntry };

/** The same with what the source gave. */
export const storedRecord = {
  read: (row: Row): QuarantinedRecord => ({
    ...readEntry(row),
    raw: packedJson(whatRecord(row), 'raw', row, z.unknown()),
  }),
};
