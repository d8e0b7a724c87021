import type { Course } from '../../src/lib/domain/course';
import type { Mapped } from '../../src/lib/domain/mapped';
import type { LearnerResult } from '../../src/lib/domain/learner-result';
import { addSeconds, utc } from '../../src/lib/domain/time';
import type { Call, Learner, ListingPage, Source } from '../../src/lib/sources/source';

export const untouched = (): Call => ({ signal: new AbortController().signal });

/** More pages than any pocket server has: a reader that goes on beyond them goes round in circles. */
const mostPages = 500;

async function rowsOf<T>(
  read: (cursor: string | undefined) => Promise<ListingPage<T>>,
): Promise<{ rows: Mapped<T>[]; total: number | undefined }> {
  const rows: Mapped<T>[] = [];
  let cursor: string | undefined;
  let total: number | undefined;
  for (let pages = 0; pages < mostPages; pages++) {
    const page = await read(cursor);
    rows.push(...page.rows);
    total = page.total ?? total;
    cursor = page.next;
    if (cursor === undefined) return { rows, total };
  }
  throw new Error('the pages have no end');
}

/** What can be read of a source. */
export type ReadName = 'catalog' | 'consumption' | 'learners';

/** Reads all of it. @returns how many rows there were. */
export async function countOf(name: ReadName, source: Source, call = untouched()): Promise<number> {
  if (name === 'catalog') return (await readCatalog(source, call)).rows.length;
  if (name === 'consumption') return (await readConsumption(source, call)).length;
  return (await readLearners(source, call)).length;
}

/** All learners. */
export async function readLearners(source: Source, call = untouched()): Promise<Learner[]> {
  const rows: Learner[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < mostPages; pages++) {
    const page = await source.learners!.page(cursor, call);
    rows.push(...page.rows);
    cursor = page.next;
    if (cursor === undefined) return rows;
  }
  throw new Error('the learners have no end');
}

/** The whole catalog. */
export function readCatalog(source: Source, call = untouched()) {
  const { catalog } = source;
  if (!catalog) throw new Error(`${source.sourceKind} has no catalog`);
  return rowsOf<Course>((cursor) => catalog.page(cursor, call));
}

/** All consumption, whichever way the source is read. */
export async function readConsumption(source: Source, call = untouched()): Promise<Mapped<LearnerResult>[]> {
  const feed = source.consumption;
  if (!feed) throw new Error(`${source.sourceKind} has no consumption`);
  const rows: Mapped<LearnerResult>[] = [];
  if (feed.type === 'windowed') {
    const { count, serverTime } = await feed.count(undefined, call);
    const window = { from: utc(Date.UTC(2012)), to: addSeconds(serverTime, 3600) };
    for (let page = 1; rows.length < count && page < mostPages; page++)
      rows.push(...((await feed.page(window, page, call))?.rows ?? []));
    return rows;
  }
  let cursor: string | undefined;
  for (let pages = 0; pages < mostPages; pages++) {
    const { ids, next } = await feed.courses(cursor, call);
    for (const id of ids) rows.push(...(await rowsOf((at) => feed.page(id, at, call))).rows);
    cursor = next;
    if (cursor === undefined) return rows;
  }
  throw new Error('the courses have no end');
}

export const keysOf = (rows: readonly Mapped<unknown>[]): (string | undefined)[] =>
  rows.map(({ key }) => key);
