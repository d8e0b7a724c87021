import type { Mapped, MappedRecord } from '../domain/mapped';
import type { LearnerResult } from '../domain/learner-result';
import { utc } from '../domain/time';
import { RefusedError, UnsupportedError } from '../errors';
import type { ScannedFeed } from '../sources/source';
import { shortHash } from '../store/keys';
import { quarantineId, type QuarantinedRecord } from '../store/quarantine-rows';
import type { PageReader } from '../sync/deliver/course-rows';
import { type Engine, openFeed, originOf, type OpenFeed } from '../sync/engine';
import { readPages } from '../sync/read-pages';
import { isAhead, isUnchanged } from '../sync/why-not-sent';
import {
  type AtSink,
  type AtSource,
  type Explanation,
  feedAsked,
  feedNow,
  refusals,
  syncOf,
} from './explanation';
import { whyScanned, whyWindowed } from './why';

export interface AskedLearner {
  readonly source: string;
  readonly destination?: string | undefined;
  readonly courseId: string;
  /** A mail address, or a name at the source. Stands in nothing that is given back. */
  readonly learner: string;
}

/**
 * Explains a learner's result in a course. A scanned feed's source is asked for it; nothing is sent.
 * @throws UnsupportedError when the source publishes no results; what the source throws.
 */
export async function explainLearner(
  engine: Engine,
  asked: AskedLearner,
  signal: AbortSignal,
): Promise<Explanation> {
  const { source, courseId } = asked;
  const learner = asked.learner.trim().toLowerCase();
  const feed = feedAsked(engine, { ...asked, kind: 'consumption' });
  const open = openFeed(engine, feed);
  const { consumption } = open.source;
  if (!consumption) throw new UnsupportedError(`The source ${source} publishes no results`);
  const isKept = (record: QuarantinedRecord): boolean =>
    (record.courseId === courseId || mentions(record.raw, courseId)) && mentions(record.raw, learner);
  if (consumption.type === 'windowed') {
    const quarantine = await refusals(engine, feed, isKept);
    const reading = {
      atSource: { found: 'unknown', reason: 'the source answers by time, not for one learner' },
      atSink: { told: 'not kept', at: undefined },
      quarantine,
      feed: await feedNow(engine, feed),
    } as const;
    return { ...feed, courseId, ...reading, ...whyWindowed(reading, syncOf(engine, feed)) };
  }
  const found = await findRows(consumption, courseId, learner, signal);
  const row = found.good ?? found.bad;
  const { atSource, key, hash } = look(engine, open, row, { courseId, learner });
  const ledger = await engine.learnerLedger.load(feed, courseId);
  const at = await engine.learnerLedger.writtenAt(feed, courseId);
  const known = key === undefined ? undefined : ledger.records.get(key);
  let told: AtSink['told'] = known === undefined ? 'never' : 'told';
  if (ledger.doubt) told = 'in doubt';
  else if (known !== undefined && hash !== undefined)
    told = isUnchanged({ hash: known, doubt: false }, hash) ? 'same' : 'differs';
  const id = row && quarantineId(feed, row.key, row.raw);
  const quarantine = await refusals(engine, feed, (record) => record.id === id || isKept(record));
  const reading = { atSource, atSink: { told, at }, quarantine, feed: await feedNow(engine, feed) };
  return { ...feed, courseId, ...reading, ...whyScanned(reading, syncOf(engine, feed, courseId)) };
}

interface FoundRows {
  good?: MappedRecord<LearnerResult>;
  bad?: Mapped<LearnerResult>;
}

/** The learner's rows, by the call for one learner where there is one; the most advanced counts, as in a sync. */
async function findRows(
  feed: ScannedFeed,
  courseId: string,
  learner: string,
  signal: AbortSignal,
): Promise<FoundRows> {
  const ofLearner = feed.learnerPage?.bind(feed);
  if (ofLearner && learner.includes('@'))
    try {
      return await pick((cursor) => ofLearner(learner, cursor, { signal }), signal, courseId, learner);
    } catch (error) {
      // A learner whom the source does not know, or does not show: the course may tell all the same.
      if (!(error instanceof RefusedError)) throw error;
    }
  return pick((cursor) => feed.page(courseId, cursor, { signal }), signal, courseId, learner);
}

async function pick(
  page: (cursor: string | undefined) => ReturnType<PageReader>,
  signal: AbortSignal,
  courseId: string,
  learner: string,
): Promise<FoundRows> {
  const found: FoundRows = {};
  const take = (row: Mapped<LearnerResult>): void => {
    if (!row.ok) {
      if (mentions(row.raw, learner)) found.bad ??= row;
      return;
    }
    const { record } = row;
    const { good } = found;
    const isTheirs = record.email === learner || record.username?.toLowerCase() === learner;
    if (isTheirs && record.courseId === courseId && (!good || isAhead(record, good.record))) found.good = row;
  };
  await readPages({ page, signal, onPage: ({ rows }) => rows.forEach(take) });
  return found;
}

function look(
  engine: Engine,
  open: OpenFeed,
  row: Mapped<LearnerResult> | undefined,
  { courseId, learner }: Pick<AskedLearner, 'courseId' | 'learner'>,
): { atSource: AtSource; key?: string; hash?: string } {
  const to = originOf(open, utc(engine.now()));
  if (row?.ok) {
    const encoded = open.destination.encodeProgress(row.record, to);
    if (!encoded.ok) return { atSource: { found: 'never sent', reason: encoded.skipped } };
    const { status, percent, grade, at } = row.record;
    const says = {
      status,
      ...(percent !== undefined && { percent: Math.round(percent * 1000) / 10 }),
      ...(grade !== undefined && { grade }),
      ...(at && { changed: at }),
    };
    return { atSource: { found: 'yes', says }, key: shortHash(encoded.key), hash: encoded.hash };
  }
  // The sink's name of the record hangs on learner and course alone.
  const named = open.destination.encodeProgress({ courseId, email: learner, status: 'NotStarted' }, to);
  const key = named.ok && learner.includes('@') ? { key: shortHash(named.key) } : {};
  if (row) return { atSource: { found: 'unreadable', reason: row.reason }, ...key };
  return { atSource: { found: 'no' }, ...key };
}

/** Whether a value stands somewhere in a row, whatever its capitals. */
function mentions(raw: unknown, value: string): boolean {
  if (typeof raw === 'string' || typeof raw === 'number')
    return String(raw).toLowerCase() === value.toLowerCase();
  return typeof raw === 'object' && raw !== null && Object.values(raw).some((part) => mentions(part, value));
}
