import type { CoursePoint } from '../../domain/run';
import type { MappedRecord } from '../../domain/mapped';
import type { LearnerResult } from '../../domain/learner-result';
import { PayloadError } from '../../errors';
import type { EncodedRecord } from '../../destinations/destination';
import type { ListingPage } from '../../sources/source';
import { shortHash } from '../../store/keys';
import type { Told } from '../../store/kept';
import { readPages } from '../read-pages';
import { anotherIsFurther, hasArrived, isAhead, isBehindTold } from '../why-not-sent';
import type { Sending } from './sending';

/** What whoever reads a course's rows has in hand. */
export interface ReadingRows extends Sending {
  /** Told after each page, with how many pages this go has read, and how many rows the course has shown so far. */
  readonly onPage?: (pages: number, rows: number) => void;
}

export type PageReader = (
  cursor: string | undefined,
  signal: AbortSignal,
) => Promise<ListingPage<LearnerResult>>;

/** The row that stands for one record at the sink. */
export interface FoundRow {
  readonly row: MappedRecord<LearnerResult>;
  readonly encoded: EncodedRecord;
  /** 8 bytes each, hex: what the ledger keeps. */
  readonly key: string;
  readonly hash: string;
  /** Sent already by a go of this slice that was to read its page again. */
  readonly arrived: boolean;
}

/** One go at a course that may take several. */
export interface Go {
  /** Milliseconds since 1970: when to stop between two pages. */
  readonly deadline: number;
  /** Records to have in hand, at the most. */
  readonly mostRecords: number;
  readonly resume: CoursePoint | undefined;
  /** What the earlier attempts told, by key hash. */
  readonly told: ReadonlyMap<string, Told>;
}

export interface Reading {
  readonly found: ReadonlyMap<string, FoundRow>;
  /** Set when there is more to read, and not now. */
  readonly stopped?: { readonly point: CoursePoint; readonly dueAt: number };
}

export interface CourseRowsOptions {
  readonly what: ReadingRows;
  readonly courseId: string;
  readonly page: PageReader;
  readonly only: ((record: LearnerResult) => boolean) | undefined;
  readonly go: Go | undefined;
  /** What the ledger says now, key hash to content hash. */
  readonly known: ReadonlyMap<string, string>;
}

/**
 * Reads the rows of a course to the end, or as far as this go gets, and reduces them to one a record.
 * @throws as `readPages`.
 */
export async function readCourseRows(options: CourseRowsOptions): Promise<Reading> {
  const { what, page, only, go } = options;
  const { engine, signal, tally } = what;
  const found = new Map<string, FoundRow>();
  let rows = go?.resume?.rows ?? 0;
  let pages = 0;
  const stopped = await readPages({
    page: (cursor) => page(cursor, signal),
    onPage: (got) => {
      if (!only) tally.note(got.notes);
      rows += got.rows.length;
      what.onPage?.(++pages, rows);
      return take(options, found, got.rows, Math.max(got.total ?? 0, rows));
    },
    signal,
    from: go?.resume?.cursor,
    stops: go && {
      now: () => engine.now(),
      deadline: go.deadline,
      isFull: () => found.size >= go.mostRecords,
    },
  });
  if (!stopped) return { found };
  const { cursor, dueAt } = stopped;
  return { found, stopped: { point: { cursor, rows }, dueAt } };
}

/** @param expected rows of the course, as far as anyone knows. */
async function take(
  { what, courseId, only, go, known }: CourseRowsOptions,
  found: Map<string, FoundRow>,
  rows: ListingPage<LearnerResult>['rows'],
  expected: number,
): Promise<void> {
  const { tally, to } = what;
  for (const row of rows) {
    if (only && !(row.ok && only(row.record))) continue;
    tally.read();
    if (!row.ok) {
      await tally.quarantine({ ...row, courseId });
      if (tally.isBeyondRepair(expected))
        throw new PayloadError(
          'Too many rows cannot be mapped; the source’s format seems to have changed: see the quarantine',
        );
      continue;
    }
    const encoded = what.open.destination.encodeProgress(row.record, to);
    if (!encoded.ok) {
      tally.skipped(encoded.skipped);
      continue;
    }
    const key = shortHash(encoded.key);
    const before = go?.told.get(key);
    if (isBehindTold(row.record, before, known.get(key))) {
      tally.skipped(anotherIsFurther);
      continue;
    }
    const { hash } = encoded;
    const arrived = hasArrived(hash, before, known.get(key));
    const other = found.get(key);
    const one = { row, encoded, key, hash, arrived };
    // Several rows that are one record at the sink (a learner in two communities, a row that shifted): one goes out.
    if (other) tally.skipped(anotherIsFurther);
    if (!other || isAhead(row.record, other.row.record)) found.set(key, one);
  }
}
