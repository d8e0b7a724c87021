import type { MappedRecord } from '../domain/mapped';
import type { Progress, ProgressStatus } from '../domain/progress';
import { PayloadError, RetryableError } from '../errors';
import type { ListingPage, ScannedFeed } from '../sources/source';
import { shortHash } from '../store/keys';
import { courseLease } from './apply-course';
import { Delivery } from './deliver';
import { finished, keyPrefix, type SliceContext, type SliceOutcome } from './slice-context';

interface Found {
  readonly row: MappedRecord<Progress>;
  readonly json: string;
  /** 8 bytes each, hex: what the ledger keeps. */
  readonly key: string;
  readonly hash: string;
}

/** Delivers the results of one course that differ from what the sink was last told. */
export async function workCourse(
  context: SliceContext,
  feed: ScannedFeed,
  courseId: string,
): Promise<SliceOutcome> {
  const { learner } = context.run.request;
  await compareCourse(context, courseId, (cursor) => feed.page(courseId, cursor, context), {
    only:
      learner === undefined ? undefined : (record) => record.email === learner || record.username === learner,
  });
  return finished(context);
}

/** Delivers the results of one learner in all courses, where the vendor has a call for it. */
export async function workLearner(
  context: SliceContext,
  feed: ScannedFeed,
  learner: string,
): Promise<SliceOutcome> {
  const read = feed.learnerPage?.bind(feed);
  if (!read) throw new PayloadError(`The source ${context.feed.source} cannot be asked for one learner`);
  const page = (cursor: string | undefined) => read(learner, cursor, context);
  const courses = new Set<string>();
  for await (const row of rowsOf(page)) if (row.ok) courses.add(row.record.courseId);
  // Read anew under each course's lease: what was read before it may be old by now.
  for (const courseId of courses)
    await compareCourse(context, courseId, page, { only: (record) => record.courseId === courseId });
  return finished(context);
}

interface Options {
  /** Leaves the other rows alone, uncounted. */
  readonly only: ((record: Progress) => boolean) | undefined;
}

/** Reads a course's rows under its lease, and sends what the ledger does not know. */
export async function compareCourse(
  context: SliceContext,
  courseId: string,
  page: (cursor: string | undefined) => Promise<ListingPage<Progress>>,
  { only }: Options,
): Promise<void> {
  const { engine, feed, run, tally } = context;
  const lease = await engine.leases.acquire(courseLease(feed.source, courseId));
  if (!lease) throw new RetryableError(`Another worker is at the course ${courseId}`);
  try {
    const ledger = await engine.learnerLedger.load(feed.source, courseId);
    const found = await readRows(context, page, only);
    const send = found.filter(
      ({ key, hash }) => run.mode === 'full' || ledger.doubt || ledger.records.get(key) !== hash,
    );
    for (let n = found.length - send.length; n > 0; n--) tally.unchanged();
    if (run.dryRun)
      for (const { key, row } of send) {
        tally.sent();
        const change = ledger.records.has(key) ? 'updated' : 'created';
        tally.change({ change, courseId: row.record.courseId, detail: row.record.status });
      }
    else if (send.length > 0 || ledger.doubt) {
      const etag = await engine.learnerLedger.markDoubt(feed.source, courseId, ledger.etag);
      const fence = (): void => {
        context.fence();
        lease.assertOutlives(engine.sink.limits.deadlineMs);
      };
      const records = new Map(ledger.records);
      const signal = AbortSignal.any([context.signal, lease.lost]);
      await deliver({ ...context, fence, signal }, send, records);
      await engine.learnerLedger.save(feed.source, courseId, records, etag);
    }
  } finally {
    await lease.release();
  }
}

async function readRows(
  context: SliceContext,
  page: (cursor: string | undefined) => Promise<ListingPage<Progress>>,
  only: Options['only'],
): Promise<Found[]> {
  const { engine, run, open, tally } = context;
  const to = { sourceSystemId: open.settings.sourceSystemId, createdAt: run.createdAt };
  const found = new Map<string, Found>();
  const counter = { pages: 0, rows: 0 };
  let expected = 0;
  const counted = async (cursor: string | undefined): Promise<ListingPage<Progress>> => {
    context.signal.throwIfAborted();
    const got = await page(cursor);
    if (!only) tally.note(got.notes);
    counter.pages++;
    counter.rows += got.rows.length;
    expected = Math.max(got.total ?? 0, counter.rows);
    engine.onProgress?.({ runId: run.runId, slice: context.slice.number, ...counter });
    return got;
  };
  for await (const row of rowsOf(counted)) {
    if (row.ok && only && !only(row.record)) continue;
    tally.read();
    if (!row.ok) {
      await tally.quarantine(row);
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
  context: SliceContext,
  send: readonly Found[],
  records: Map<string, string>,
): Promise<void> {
  const { engine, open, feed, tally } = context;
  const delivery = new Delivery<Found>({
    sink: engine.sink,
    kind: 'consumption',
    sourceSystemId: open.settings.sourceSystemId,
    signal: context.signal,
    fence: context.fence,
    keyPrefix: keyPrefix(context),
    beforeBatch: async () => engine.onStep?.('before post', feed),
    onAcknowledged: async (batch) => {
      await engine.onStep?.('after post', feed);
      for (const { tag } of batch) {
        records.set(tag.key, tag.hash);
        tally.sent();
        await tally.arrived(tag.row.key, tag.row.raw);
      }
    },
    onRefused: async ({ tag }, error) => {
      // Not known at the sink: the next scan tries again.
      records.delete(tag.key);
      await tally.quarantine({
        ...tag.row,
        reason: error.message,
        status: error.status,
        courseId: tag.row.record.courseId,
      });
    },
  });
  try {
    for (const one of send) await delivery.add({ json: one.json, tag: one });
    await delivery.drain();
  } finally {
    await delivery.settle();
  }
}

async function* rowsOf<T>(page: (cursor: string | undefined) => Promise<ListingPage<T>>) {
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
