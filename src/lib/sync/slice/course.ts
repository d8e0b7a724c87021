import type { LearnerResult } from '../../domain/learner-result';
import type { CoursePoint, LearnerPoint } from '../../domain/run';
import { PayloadError, WaitError } from '../../errors';
import type { ScannedFeed } from '../../sources/source';
import { mostKept } from '../../store/paused';
import { compareInGoes, type Interrupted } from '../deliver/compare-course';
import type { Go, ReadingRows, PageReader } from '../deliver/course-rows';
import { readPages, type Stopped } from '../read-pages';
import { finished, type SliceContext, type SliceOutcome } from './context';

/**
 * Delivers the results of one course that differ from what the sink was last told. One that takes too long, or is
 * asked to pause, stops between two pages and goes on from there later.
 */
export async function workCourse(
  context: SliceContext,
  feed: ScannedFeed,
  courseId: string,
  resume?: CoursePoint,
): Promise<SliceOutcome> {
  const { learner } = context.run.request;
  const more = await compareInGoes(
    withProgress(context),
    courseId,
    (cursor, signal) => feed.page(courseId, cursor, { signal }),
    {
      go: await goOf(context, resume),
      only:
        learner === undefined
          ? undefined
          : (record) => record.email === learner || record.username?.toLowerCase() === learner,
    },
  );
  if (!more) return finished(context);
  const { point, ...rest } = more;
  return { state: 'paused', work: { type: 'course', courseId, resume: point }, ...rest };
}

async function goOf({ engine, run, slice, deadline }: SliceContext, resume?: CoursePoint): Promise<Go> {
  const told = resume ? await engine.runs.paused.readTold(run, slice.number) : new Map<string, never>();
  return { deadline, mostRecords: mostRecordsAGo, resume, told };
}

// A page is taken whole: there is room for a large one.
const mostRecordsAGo = mostKept.told / 2;

/**
 * Delivers the results of one learner in all courses, where the vendor has a call for it. Between two pages and
 * between two courses it may stop, and goes on from there later.
 */
export async function workLearner(
  context: SliceContext,
  feed: ScannedFeed,
  learner: string,
  resume?: LearnerPoint,
): Promise<SliceOutcome> {
  const read = feed.learnerPage?.bind(feed);
  if (!read) throw new PayloadError(`The source ${context.open.feed.source} cannot be asked for one learner`);
  const page: PageReader = (cursor, signal) => read(learner, cursor, { signal });
  const { engine, run, slice } = context;
  const courses = new Set(resume ? await engine.runs.readSeen(run, slice.number) : []);
  const paused = (
    point: LearnerPoint,
    { dueAt, told, soFar }: Pick<Interrupted, 'dueAt'> & Partial<Interrupted>,
  ): SliceOutcome => ({
    state: 'paused',
    work: { type: 'learner', resume: point },
    seen: [...courses],
    told,
    soFar,
    dueAt,
  });
  const lists = !resume || resume.cursor !== undefined;
  if (lists) {
    const stopped = await listCourses(context, page, courses, resume?.cursor);
    if (stopped) return paused({ cursor: stopped.cursor, done: 0 }, stopped);
  }
  // Read anew under each course's lease: what was read before it may be old by now.
  const first = resume?.done ?? 0;
  for (const [done, courseId] of [...courses].entries()) {
    if (done < first) continue;
    const course = done === first ? resume?.course : undefined;
    const point = { cursor: undefined, done };
    const { counts, notes } = context.tally;
    if (done > first && engine.now() > context.deadline) return paused(point, { dueAt: engine.now() });
    try {
      const more = await compareInGoes(withProgress(context), courseId, page, {
        go: await goOf(context, course),
        only: (record: LearnerResult) => record.courseId === courseId,
      });
      if (more) return paused({ ...point, course: more.point }, more);
    } catch (error) {
      // The list is read to its end: not to be read again because a pause comes right after it.
      const gotOn = lists || done > first;
      if (!gotOn || !(error instanceof WaitError)) throw error;
      // What was read of this course is read again, and counted then.
      return paused(point, { dueAt: error.until, soFar: { counts, notes } });
    }
  }
  return finished(context);
}

/** @returns where the list goes on when it could not be read to its end. */
function listCourses(
  { engine, tally, signal, deadline }: SliceContext,
  page: PageReader,
  courses: Set<string>,
  from: string | undefined,
): Promise<Stopped | undefined> {
  return readPages({
    page: (cursor) => page(cursor, signal),
    onPage: async ({ rows }) => {
      for (const row of rows) {
        if (row.ok) courses.add(row.record.courseId);
        else {
          // Here and once: the comparisons look at the rows of one course each.
          tally.read();
          await tally.quarantine(row);
        }
      }
    },
    signal,
    from,
    stops: { now: () => engine.now(), deadline },
  });
}

/** The context of a slice that reads a course's rows. */
export const withProgress = (context: SliceContext): SliceContext & ReadingRows => {
  const { engine, run, slice } = context;
  const onPage = (pages: number, rows: number): void =>
    engine.onProgress?.({ runId: run.runId, slice: slice.number, pages, rows });
  return { ...context, onPage };
};
