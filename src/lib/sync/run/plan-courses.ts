import { courseIdFault } from '../../domain/course';
import { addNotes, type Note } from '../../domain/notes';
import type { Plan, Run, SliceWork } from '../../domain/run';
import { RetryableError, WaitError } from '../../errors';
import { callsAtOnce, PagesAhead } from '../../sources/pages-ahead';
import type { ScannedFeed } from '../../sources/source';
import { neighbours } from '../../store/learner-ledger';
import { mostKept } from '../../store/paused';
import type { Engine } from '../engine';
import { readPages } from '../read-pages';
import { parallelSlices } from './places';

/**
 * Lists the courses of a scan, and puts them into slices.
 * @throws WaitError when it is to go on later, from where it then is.
 */
export async function planCourses(
  engine: Engine,
  run: Run,
  feed: ScannedFeed,
  signal: AbortSignal,
): Promise<Plan> {
  const ids = new Set(run.planPoint ? await engine.runs.paused.readFound(run) : []);
  const before = ids.size;
  let notes: readonly Note[] = [];
  using ahead = new PagesAhead(callsAtOnce(engine.openSource(run.source).settings));
  const stopped = await readPages({
    page: (cursor) => feed.courses(cursor, { signal, ahead }),
    onPage: (page) => {
      for (const id of page.ids) {
        const fault = courseIdFault(id);
        if (fault) notes = addNotes(notes, [{ text: `a course is left out: ${fault}` }]);
        else ids.add(id);
      }
      notes = addNotes(notes, page.notes ?? []);
      // The results of the courses behind it would be missed without a word.
      if (page.cutShort !== undefined)
        throw new RetryableError(`The list of courses of ${run.source} is cut short: ${page.cutShort}`);
    },
    signal,
    from: run.planPoint?.cursor,
    stops: {
      now: () => engine.now(),
      deadline: engine.now() + engine.patience.sliceBudgetMs,
      // A page is taken whole: there is room for a large one.
      isFull: () => ids.size - before >= mostKept.courseIds / 2,
    },
  });
  if (stopped) {
    if (notes.length > 0)
      await engine.runs.update(run.runId, (now) => ({ notes: addNotes(now.notes, notes) }));
    await engine.runs.paused.plan(run, stopped.cursor, [...ids].slice(before));
    throw new WaitError('The list of courses goes on later', stopped.dueAt);
  }
  return { works: coursesTogether(ids, parallelSlices(engine, run)), notes };
}

/** Courses of a slice: enough that it is worth one, few enough that all places have some. */
const together = { least: 20, most: 100, characters: 25_000 };

function coursesTogether(ids: ReadonlySet<string>, places: number): SliceWork[] {
  if (ids.size <= places) return [...ids].map((courseId) => ({ type: 'course', courseId }));
  const most = Math.max(together.least, Math.min(together.most, Math.ceil(ids.size / (2 * places))));
  const works: { type: 'courses'; courseIds: string[] }[] = [];
  let characters = 0;
  for (const id of neighbours(ids)) {
    const last = works.at(-1);
    characters += id.length;
    if (last && last.courseIds.length < most && characters <= together.characters) last.courseIds.push(id);
    else {
      works.push({ type: 'courses', courseIds: [id] });
      characters = id.length;
    }
  }
  return works;
}
