import type { CoursePoint } from '../../domain/run';
import type { MappedRecord } from '../../domain/mapped';
import type { LearnerResult, ResultStatus } from '../../domain/learner-result';
import { PayloadError, WaitError } from '../../errors';
import type { EncodedRecord } from '../../destinations/destination';
import type { ListingPage } from '../../sources/source';
import { shortHash } from '../../store/keys';
import type { Told } from '../../store/kept';
import type { CompareCourse } from './comparing';
import { anotherIsFurther } from './tally';

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
  readonly what: CompareCourse;
  readonly courseId: string;
  readonly page: PageReader;
  readonly only: ((record: LearnerResult) => boolean) | undefined;
  readonly go: Go | undefined;
  /** What the ledger says now, key hash to content hash. */
  readonly known: ReadonlyMap<string, string>;
}

/**
 * Reads the rows of a course to the end, or as far as this go gets, and reduces them to one a record.
 * @throws WaitError when the pause comes before the first page; what the source throws.
 */
export async function readCourseRows(options: CourseRowsOptions): Promise<Reading> {
  const { what, page, only, go } = options;
  const { engine, signal, tally } = what;
  const found = new Map<string, FoundRow>();
  let cursor = go?.resume?.cursor;
  let rows = go?.resume?.rows ?? 0;
  const stopAt = (next: string, dueAt: number): Reading => ({
    found,
    stopped: { point: { cursor: next, rows }, dueAt },
  });
  for (let pages = 1; ; pages++) {
    signal.throwIfAborted();
    let got: ListingPage<LearnerResult>;
    try {
      got = await page(cursor, signal);
    } catch (error) {
      if (!go || pages === 1 || cursor === undefined || !(error instanceof WaitError)) throw error;
      return stopAt(cursor, error.until);
    }
    if (!only) tally.note(got.notes);
    rows += got.rows.length;
    what.onPage?.(pages, rows);
    await take(options, found, got.rows, Math.max(got.total ?? 0, rows));
    cursor = got.next;
    if (cursor === undefined) return { found };
    if (go && (engine.now() > go.deadline || found.size >= go.mostRecords))
      return stopAt(cursor, engine.now());
  }
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
    const encoded = what.destination.encodeProgress(row.record, to);
    if (!encoded.ok) {
      tally.skipped(encoded.skipped);
      continue;
    }
    const key = shortHash(encoded.key);
    const before = go?.told.get(key);
    const isAsTold = before !== undefined && (known.get(key) ?? '') === before.hash;
    // What the earlier attempts told stands, as if all had been read at once; and if a webhook told the sink something
    // else meanwhile, that is newer than what they had read.
    if (before && !before.again && !(isAsTold && isAhead(row.record, before))) {
      tally.skipped(anotherIsFurther);
      continue;
    }
    const arrived = before?.again === true && isAsTold && before.hash === encoded.hash;
    const other = found.get(key);
    const one = { row, encoded, key, hash: encoded.hash, arrived };
    // Several rows that are one record at the sink (a learner in two communities, a row that shifted): one goes out.
    if (other) tally.skipped(anotherIsFurther);
    if (!other || isAhead(row.record, other.row.record)) found.set(key, one);
  }
}

const rank: Record<ResultStatus, number> = {
  NotStarted: 0,
  InProgress: 1,
  Failed: 2,
  Completed: 3,
  Passed: 4,
};

type Standing = Pick<LearnerResult, 'status' | 'at'>;

/** The most advanced status counts, then the latest change. */
export function isAhead(a: Standing, b: Standing): boolean {
  if (rank[a.status] !== rank[b.status]) return rank[a.status] > rank[b.status];
  return (a.at ?? '') > (b.at ?? '');
}
