import type { ScannedFeed } from '../sources/source';
import { PayloadError } from '../errors';
import { compareCourse, rowsOf, type CompareCourse } from './compare-course';
import { finished, keyPrefix, type SliceContext, type SliceOutcome } from './slice-context';

/** Delivers the results of one course that differ from what the sink was last told. */
export async function workCourse(
  context: SliceContext,
  feed: ScannedFeed,
  courseId: string,
): Promise<SliceOutcome> {
  const { learner } = context.run.request;
  await compareCourse(
    comparison(context),
    courseId,
    (cursor, signal) => feed.page(courseId, cursor, { signal }),
    learner === undefined
      ? undefined
      : (record) => record.email === learner || record.username?.toLowerCase() === learner,
  );
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
  const page = (cursor: string | undefined, signal = context.signal) => read(learner, cursor, { signal });
  const courses = new Set<string>();
  for await (const row of rowsOf(page)) {
    if (row.ok) courses.add(row.record.courseId);
    else {
      // Here and once: the comparisons below look at the rows of one course each.
      context.tally.read();
      await context.tally.quarantine(row);
    }
  }
  // Read anew under each course's lease: what was read before it may be old by now.
  for (const courseId of courses)
    await compareCourse(comparison(context), courseId, page, (record) => record.courseId === courseId);
  return finished(context);
}

/** What a slice has in hand, as the comparison of one course takes it. */
export function comparison(context: SliceContext): CompareCourse {
  const { engine, feed, run, slice, open, tally, signal, fence } = context;
  return {
    engine,
    feed,
    tally,
    signal,
    keyPrefix: keyPrefix(context),
    to: { sourceSystemId: open.settings.sourceSystemId, createdAt: run.createdAt },
    dryRun: run.dryRun,
    force: run.mode === 'full',
    fence,
    onPage: (pages, rows) => engine.onProgress?.({ runId: run.runId, slice: slice.number, pages, rows }),
  };
}
