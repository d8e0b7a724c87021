import type { Feed } from '../domain/feed';
import type { MappedRecord } from '../domain/mapped';
import type { Progress, ProgressStatus } from '../domain/progress';
import { PayloadError } from '../errors';
import type { Destination } from '../sinks/sink';
import type { ListingPage } from '../sources/source';
import { shortHash } from '../store/keys';
import { courseLease, CourseBusyError } from './apply-course';
import { Delivery } from './deliver';
import type { Engine } from './engine';
import type { Tally } from './tally';

/** What a run's slice and a webhook's event have in hand when they compare a course. */
export interface CompareCourse {
  readonly engine: Engine;
  readonly feed: Feed;
  readonly tally: Tally;
  readonly signal: AbortSignal;
  /** Of the idempotency keys: the run and slice, or the event. */
  readonly keyPrefix: string;
  readonly to: Destination;
  readonly dryRun: boolean;
  /** Send also what is unchanged. */
  readonly force: boolean;
  /** Throws LeaseLostError when the worker's own lease does not outlive a POST; the course's is looked at here. */
  readonly fence?: () => void;
  /** Told after each page, with how many pages and rows it was so far. */
  readonly onPage?: (pages: number, rows: number) => void;
}

type ReadPage = (cursor: string | undefined, signal: AbortSignal) => Promise<ListingPage<Progress>>;

interface Found {
  readonly row: MappedRecord<Progress>;
  readonly json: string;
  /** 8 bytes each, hex: what the ledger keeps. */
  readonly key: string;
  readonly hash: string;
}

/**
 * Reads a course's results under the course's lease, and sends what the ledger does not know.
 * @param only leaves the other rows alone, uncounted.
 * @throws CourseBusyError while another worker has the course; what the source and the sink throw.
 */
export async function compareCourse(
  what: CompareCourse,
  courseId: string,
  page: ReadPage,
  only?: (record: Progress) => boolean,
): Promise<void> {
  const { engine, feed, tally, dryRun, force } = what;
  const lease = await engine.leases.acquire(courseLease(feed.source, courseId));
  if (!lease) throw new CourseBusyError(courseId);
  const signal = AbortSignal.any([what.signal, lease.lost]);
  try {
    const ledger = await engine.learnerLedger.load(feed.source, courseId);
    const found = await readRows({ ...what, signal }, courseId, page, only);
    const send = found.filter(({ key, hash }) => force || ledger.doubt || ledger.records.get(key) !== hash);
    for (let n = found.length - send.length; n > 0; n--) tally.unchanged();
    if (dryRun)
      for (const { key, row } of send) {
        tally.sent();
        const change = ledger.records.has(key) ? 'updated' : 'created';
        tally.change({ change, courseId: row.record.courseId, detail: row.record.status });
      }
    else if (send.length > 0 || ledger.doubt) {
      const etag = await engine.learnerLedger.markDoubt(feed.source, courseId, ledger.etag);
      const fence = (): void => {
        what.fence?.();
        lease.assertOutlives(engine.sink.limits.deadlineMs);
      };
      const records = new Map(ledger.records);
      await deliver({ ...what, fence, signal }, send, records);
      await engine.learnerLedger.save(feed.source, courseId, records, etag, {
        // One learner's rows say nothing of the others, whose acknowledgement may still be unknown.
        doubt: only !== undefined && ledger.doubt,
      });
    }
  } finally {
    await lease.release();
  }
}

async function readRows(
  { engine, tally, signal, to, onPage }: CompareCourse,
  courseId: string,
  page: ReadPage,
  only: ((record: Progress) => boolean) | undefined,
): Promise<Found[]> {
  const found = new Map<string, Found>();
  const counter = { pages: 0, rows: 0 };
  let expected = 0;
  const counted = async (cursor: string | undefined): Promise<ListingPage<Progress>> => {
    signal.throwIfAborted();
    const got = await page(cursor, signal);
    if (!only) tally.note(got.notes);
    counter.pages++;
    counter.rows += got.rows.length;
    expected = Math.max(got.total ?? 0, counter.rows);
    onPage?.(counter.pages, counter.rows);
    return got;
  };
  for await (const row of rowsOf(counted)) {
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
    const encoded = engine.sink.encodeProgress(row.record, to);
    if (!encoded.ok) {
      tally.skipped();
      continue;
    }
    const key = shortHash(encoded.key);
    const before = found.get(key);
    const one = { row, json: encoded.json, key, hash: encoded.hash };
    // Several rows that are one record at the sink (a learner in two communities, a row that shifted): one goes out.
    if (before) tally.skipped();
    if (!before || isAhead(row.record, before.row.record)) found.set(key, one);
  }
  return [...found.values()];
}

async function deliver(
  what: CompareCourse & { readonly fence: () => void },
  send: readonly Found[],
  records: Map<string, string>,
): Promise<void> {
  const { engine, feed, tally, to, signal, fence, keyPrefix } = what;
  const delivery = new Delivery<Found>({
    sink: engine.sink,
    kind: 'consumption',
    sourceSystemId: to.sourceSystemId,
    signal,
    fence,
    keyPrefix,
    beforeBatch: async () => engine.onStep?.('before post', feed),
    onAcknowledged: async (batch) => {
      await engine.onStep?.('after post', feed);
      for (const { key, hash, row } of batch) {
        records.set(key, hash);
        tally.sent();
        await tally.arrived(row.key, row.raw);
      }
    },
    onRefused: async ({ key, row }, error) => {
      // Not known at the sink: the next scan tries again.
      records.delete(key);
      await tally.quarantine({
        ...row,
        reason: error.message,
        status: error.status,
        courseId: row.record.courseId,
      });
    },
  });
  try {
    for (const one of send) await delivery.add(one.json, one);
    await delivery.drain();
  } finally {
    await delivery.settle();
  }
}

/** All rows of a listing, page by page. */
export async function* rowsOf<T>(page: (cursor: string | undefined) => Promise<ListingPage<T>>) {
  let cursor: string | undefined;
  do {
    const { rows, next } = await page(cursor);
    yield* rows;
    cursor = next;
  } while (cursor !== undefined);
}

const rank: Record<ProgressStatus, number> = {
  NotStarted: 0,
  InProgress: 1,
  Failed: 2,
  Completed: 3,
  Passed: 4,
};

/** The most advanced status counts, then the latest change. */
export function isAhead(a: Progress, b: Progress): boolean {
  if (rank[a.status] !== rank[b.status]) return rank[a.status] > rank[b.status];
  return (a.at ?? '') > (b.at ?? '');
}
