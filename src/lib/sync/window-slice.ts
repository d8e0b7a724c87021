import type { Mapped, MappedRecord } from '../domain/mapped';
import type { Progress } from '../domain/progress';
import { addSeconds, type Utc, type Window } from '../domain/time';
import { ambiguity } from '../domain/zone';
import { PayloadError, WaitError } from '../errors';
import type { WindowedFeed, WindowPage } from '../sources/source';
import { halfway } from './cut-window';
import { Delivery } from './deliver';
import { readWindow } from './read-window';
import { finished, keyPrefix, type SliceContext, type SliceOutcome } from './slice-context';
import type { Tally } from './tally';

/** A server may ignore the page size asked for; a slice of so many calls is halved instead. */
const maxCalls = 1_000;

const pagesWorthHalving = 2;

class TooLarge extends Error {}

/** Delivers the rows of one window of a windowed feed. */
export async function workWindow(
  context: SliceContext,
  feed: WindowedFeed,
  window: Window,
): Promise<SliceOutcome> {
  const { engine, run, open, signal, tally } = context;
  const to = { sourceSystemId: open.settings.sourceSystemId, createdAt: run.createdAt };
  /** What was sent for a row in this slice, so that a row that shows up twice goes out once. */
  const handled = new Map<string, string>();
  const delivery = new Delivery<{ row: MappedRecord<Progress>; again: boolean }>({
    sink: engine.sink,
    kind: 'consumption',
    sourceSystemId: to.sourceSystemId,
    signal,
    fence: context.fence,
    keyPrefix: keyPrefix(context),
    beforeBatch: async () => engine.onStep?.('before post', context.feed),
    onAcknowledged: async (records) => {
      await engine.onStep?.('after post', context.feed);
      for (const { tag } of records) {
        if (!tag.again) tally.sent();
        await tally.arrived(tag.row.key, tag.row.raw);
      }
    },
    onRefused: async ({ tag: { row, again } }, error) => {
      const courseId = row.record.courseId;
      await tally.quarantine({ ...row, reason: error.message, status: error.status, courseId }, again);
    },
  });

  const onRow = async (row: Mapped<Progress>): Promise<void> => {
    const before = row.key === undefined ? undefined : handled.get(row.key);
    if (!row.ok) {
      if (row.key !== undefined && before !== undefined) return;
      if (row.key !== undefined) handled.set(row.key, 'unmapped');
      tally.read();
      await tally.quarantine(row);
      if (tally.isBeyondRepair(counted)) throw changedFormat(tally);
      return;
    }
    if (!wanted(row.record, run.request)) {
      if (before === undefined) {
        tally.read();
        tally.skipped();
      }
      if (row.key !== undefined) handled.set(row.key, 'unwanted');
      return;
    }
    const encoded = engine.sink.encodeProgress(row.record, to);
    const value = encoded.ok ? valueOf(row.record) : 'skipped';
    if (before === value) return;
    if (row.key !== undefined) handled.set(row.key, value);
    // A row whose value changed while it was read goes out again, and is one row all the same.
    const again = before !== undefined;
    if (!again) tally.read();
    if (!encoded.ok) {
      if (!again) tally.skipped();
    } else if (run.dryRun) {
      if (again) return;
      tally.sent();
      tally.change({ change: 'wouldSend', courseId: row.record.courseId, detail: row.record.status });
    } else await delivery.add({ json: encoded.json, tag: { row, again } });
  };

  const halves = halvesOf(window, feed.timeZone);
  const calls = { pages: 0, rows: 0 };
  /** Rows of the window, as the source counts them. */
  let counted = 0;
  const onPage = (page: WindowPage): void => {
    signal.throwIfAborted();
    calls.pages++;
    calls.rows += page.rows.length;
    counted = page.count;
    const { number: slice } = context.slice;
    engine.onProgress?.({ runId: run.runId, slice, ...calls, expected: counted });
    const large = page.count > open.settings.maxRowsPerSlice || page.pages > maxCalls;
    if (halves && ((calls.pages === 1 && large) || engine.now() > context.deadline)) throw new TooLarge();
  };

  try {
    await readWindow(feed, withSecondBefore(window), {
      signal,
      concurrency: context.concurrency,
      onRow,
      onPage,
      beforeSecondPass: () => delivery.drain(),
    });
    await delivery.drain();
    return finished(context);
  } catch (error) {
    await delivery.settle();
    if (error instanceof TooLarge && halves) return { state: 'split', works: halves };
    // The pauses come before a slice of this size can end: smaller ones get done between them.
    if (error instanceof WaitError && halves && calls.pages >= pagesWorthHalving)
      return { state: 'split', works: halves, dueAt: error.until };
    throw error;
  }
}

/**
 * A server that excludes both bounds would show the rows of a second that two windows share in neither of them:
 * each window is asked for from one second earlier.
 */
const withSecondBefore = ({ from, to }: Window): Window => ({ from: addSeconds(from, -1), to });

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

/** What can differ between two sights of one row. */
const valueOf = ({ status, percent, grade, at }: Progress): string => `${status} ${percent} ${grade} ${at}`;

const wanted = (record: Progress, { courseId, learner }: SliceContext['run']['request']): boolean =>
  (courseId === undefined || record.courseId === courseId) &&
  (learner === undefined || record.email === learner || record.username?.toLowerCase() === learner);

const changedFormat = (tally: Tally): PayloadError =>
  new PayloadError(
    `${tally.counts.quarantined} of ${tally.counts.read} rows cannot be mapped; the source's format seems to have changed: see the quarantine`,
  );
