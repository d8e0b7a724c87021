import type { Mapped, MappedRecord, UnmappedRow } from '../../domain/mapped';
import type { LearnerResult } from '../../domain/learner-result';
import { addSeconds, type Utc, type Window } from '../../domain/time';
import { ambiguity } from '../../domain/zone';
import { PayloadError, RetryableError, WaitError } from '../../errors';
import type { WindowedFeed, WindowPage } from '../../sources/source';
import { deliveryOf } from '../deliver/sending';
import type { Tally } from '../deliver/tally';
import { anotherIsFurther, forAnother, isRepeated, type Sight } from '../why-not-sent';
import { halfway } from './cut-window';
import { OneARecord } from './one-a-record';
import { rowKey } from './page-order';
import { readWindow, type Short } from './read-window';
import { finished, type SliceContext, type SliceOutcome } from './context';

/** A server may ignore the page size asked for; a slice of so many calls is halved instead. */
const maxCalls = 1_000;

const callsWorthHalving = 2;

/** A window of one second cannot be cut, however many rows it has: beyond these they go out as they come. */
const leastWaiting = 5_000;

class TooLarge extends Error {}

/** What was made of a row that is not sent. */
const left: Sight = {};

/** Delivers the rows of one window of a windowed feed. */
export async function workWindow(
  context: SliceContext,
  feed: WindowedFeed,
  window: Window,
): Promise<SliceOutcome> {
  const { engine, run, open, signal, tally, to, dryRun } = context;
  const { keys: others, pages: othersPages } = await rowsOfSliceBefore(context, feed, window);
  const calls = { pages: 0, rows: 0, posts: 0 };
  const records = new OneARecord();
  const mostWaiting = Math.max(open.settings.maxRowsPerSlice, leastWaiting);
  /** A row whose value changed while it was read goes out again, and is one row all the same. */
  const again = new Set<Mapped<LearnerResult>>();
  const delivery = deliveryOf<MappedRecord<LearnerResult>>(context, context.hold, {
    onAcknowledged: (acknowledged) => {
      calls.posts++;
      for (const row of acknowledged) if (!again.has(row)) tally.sent();
      return tally.arrived(acknowledged);
    },
    onRefused: (row, error) => tally.refused(row, error, row.record.courseId, again.has(row)),
    onSkipped: (row, reason) => {
      if (!again.has(row)) tally.skipped(reason);
      return tally.arrived([row]);
    },
  });

  /** Gives what was made of the row, so that a row that shows up twice goes out once. */
  const onRow = (row: Mapped<LearnerResult>, before: Sight | undefined): Sight | Promise<Sight> => {
    if (others.size > 0 && others.has(rowKey(row))) return left;
    if (!row.ok) return before ?? setAside(row);
    if (!wanted(row.record, run.request)) {
      if (before === undefined) {
        tally.read();
        tally.skipped(forAnother);
      }
      return left;
    }
    const encoded = open.destination.encodeProgress(row.record, to);
    const value = encoded.ok ? row.record : left;
    if (isRepeated(value, before)) return value;
    if (!before) tally.read();
    if (!encoded.ok) {
      if (!before) tally.skipped(encoded.skipped);
      return value;
    }
    if (records.offer(rowKey(row), row, encoded, before !== undefined)) tally.skipped(anotherIsFurther);
    return records.waiting > mostWaiting ? handOver().then(() => value) : value;
  };
  const handOver = async (): Promise<void> => {
    // What went out before has arrived: nothing can overtake what replaces it.
    if (!dryRun) await delivery.drain();
    for (const { row, encoded, again: counted } of records.take()) {
      if (dryRun) {
        if (counted) continue;
        tally.sent();
        tally.change({ change: 'wouldSend', courseId: row.record.courseId, detail: row.record.status });
        continue;
      }
      if (counted) again.add(row);
      const full = delivery.add(encoded.json, row);
      if (full) await full;
    }
    if (!dryRun) await delivery.drain();
  };
  const setAside = async (row: UnmappedRow): Promise<Sight> => {
    tally.read();
    await tally.quarantine(row);
    if (tally.isBeyondRepair(counted)) throw changedFormat(tally);
    return left;
  };

  const halves = halvesOf(window, feed.timeZone);
  /** Rows of the window, as the source counts them. */
  let counted = 0;
  const onPage = (page: WindowPage): void => {
    signal.throwIfAborted();
    tally.note(page.notes);
    calls.pages++;
    calls.rows += page.rows.length;
    counted = page.count;
    const { number: slice } = context.slice;
    const { pages, rows } = calls;
    engine.onProgress?.({ runId: run.runId, slice, pages, rows, expected: counted });
    const large = page.count > open.settings.maxRowsPerSlice || page.pages > maxCalls;
    if (halves && ((calls.pages === 1 && large) || engine.now() > context.deadline)) throw new TooLarge();
  };

  try {
    await readWindow(feed, withSecondBefore(window), {
      signal,
      concurrency: context.concurrency,
      onRow,
      onPage,
      beforeSecondPass: handOver,
      onShort: (short) => takeShort(context, window, short),
    });
    await handOver();
    return finished(context);
  } catch (error) {
    await delivery.settle();
    if (error instanceof TooLarge && halves) return { state: 'split', works: halves };
    // The pauses come before a slice of this size can end: smaller ones get done between them.
    const gotOn =
      error === delivery.failure ? calls.posts > 0 : othersPages + calls.pages >= callsWorthHalving;
    if (error instanceof WaitError && halves && gotOn)
      return { state: 'split', works: halves, dueAt: error.until };
    throw error;
  }
}

/**
 * A source that counts more rows than it gives is asked again, some time later; when it says the very same then, what
 * it gives is all that there is to be had. @throws RetryableError at first.
 */
function takeShort({ slice, tally }: SliceContext, { from, to }: Window, { counted, given }: Short): void {
  const first = new RetryableError(
    `The source counts ${counted} rows from ${from} to ${to} and gives ${given}; it is asked again`,
  );
  if (slice.error !== first.message) throw first;
  const text =
    `the source counted ${counted} rows from ${from} to ${to} and gave ${given}, and the same when it was asked again: ` +
    'its count is no promise';
  tally.note([{ text }]);
}

/**
 * A server that excludes both bounds would show the rows of a second that two windows share in neither of them:
 * each window is asked for from one second earlier.
 */
const withSecondBefore = ({ from, to }: Window): Window => ({ from: addSeconds(from, -1), to });

/**
 * The rows that the slice before shows too, whichever way the server treats its bounds: it reads up to this one's
 * beginning, and this one from a second earlier, so they share what the server gives for that second. They are
 * that slice's, so that none is counted twice.
 */
async function rowsOfSliceBefore(
  { engine, run, open, signal, concurrency }: SliceContext,
  feed: WindowedFeed,
  { from }: Window,
): Promise<{ readonly keys: ReadonlySet<string>; readonly pages: number }> {
  const keys = new Set<string>();
  let pages = 0;
  if (run.window === undefined || from <= run.window.from) return { keys, pages };
  // An earlier run's slice ended there, perhaps within that very second: what came later in it is in none.
  const { doneBeyond } = await engine.feeds.read(open.feed);
  if (doneBeyond.some(({ to }) => to === from)) return { keys, pages };
  await readWindow(feed, withSecondBefore({ from, to: from }), {
    signal,
    concurrency,
    onRow: (row) => Boolean(keys.add(rowKey(row))),
    onPage: () => {
      signal.throwIfAborted();
      pages++;
    },
    beforeSecondPass: () => Promise.resolve(),
    // Which rows these are matters to counts alone.
    onShort: () => undefined,
  });
  return { keys, pages };
}

/** The two halves of a window, as slices; undefined when it cannot be cut. */
export function halvesOf(window: Window, timeZone: string) {
  const cut = halfway(window, placeCut(timeZone));
  if (!cut) return undefined;
  return [
    { type: 'window' as const, window: { from: window.from, to: cut }, expected: 0 },
    { type: 'window' as const, window: { from: cut, to: window.to }, expected: 0 },
  ];
}

/**
 * Where a window may be cut or end: not in the hour that daylight saving repeats, which the server cannot tell
 * apart. The cut moves before that hour, or behind it when the window has nothing before it.
 */
export const placeCut =
  (timeZone: string) =>
  (cut: Utc, window?: Window): Utc => {
    const repeated = ambiguity(cut, timeZone);
    if (!repeated) return cut;
    const before = addSeconds(repeated.from, -1);
    return window && before <= window.from ? addSeconds(repeated.to, 1) : before;
  };

const wanted = (record: LearnerResult, { courseId, learner }: SliceContext['run']['request']): boolean =>
  (courseId === undefined || record.courseId === courseId) &&
  (learner === undefined || record.email === learner || record.username?.toLowerCase() === learner);

const changedFormat = (tally: Tally): PayloadError =>
  new PayloadError(
    `${tally.counts.quarantined} of ${tally.counts.read} rows cannot be mapped; the source's format seems to have changed: see the quarantine`,
  );
