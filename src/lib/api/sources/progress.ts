import type { z } from 'zod';
import type { App } from '../../app';
import type { Mapped } from '../../domain/mapped';
import type { LearnerResult } from '../../domain/learner-result';
import type { Utc, Window } from '../../domain/time';
import { endOfAmbiguity, startOfAmbiguity } from '../../domain/zone';
import { InputError } from '../../errors';
import type { SourceSettings } from '../../settings/types';
import type { Call, ListingPage, ScannedFeed, WindowedFeed } from '../../sources/source';
import { wrongCursor } from '../../sources/wrong-cursor';
import { type Answer, json } from '../answer';
import { askSource, cannot } from './ask-source';
import { readNext, writeNext } from './next';
import type { progressSearch } from './requests';
import { readableRows } from './unreadable';

type Asked = z.output<typeof progressSearch>;

/**
 * A page of learners' results as they are at the source now; nothing is kept of them. A windowed source is read by
 * modification time, a scanned one by course or by learner; what it cannot be asked for itself is filtered here, so
 * that a page may be empty and have a next one.
 */
export function searchProgress(app: App, id: string, asked: Asked): Promise<Answer> {
  const { courseId, learner, from, to } = asked;
  return askSource({ app, id, named: true }, async (source, call, settings) => {
    const { consumption } = source;
    if (!consumption) throw cannot(source, 'publishes no results');
    const list = ['progress', id, courseId, learner, from, to];
    const { cursor, size } = readNext(list, asked);
    const sized = { ...call, pageSize: size };
    const page =
      consumption.type === 'windowed'
        ? await windowPage(consumption, asked, settings, cursor, sized)
        : await scannedPage(consumption, asked, settings, cursor, sized);
    const wanted = page.rows.filter((row) => isWanted(row, asked));
    const { records, unreadable, notes } = readableRows(wanted, page.notes);
    return json(200, {
      progress: records,
      unreadable,
      ...(notes && { notes }),
      ...(page.next !== undefined && { next: writeNext(list, { cursor: page.next, size }) }),
    });
  });
}

/** A row that cannot be read may be one that was meant. */
const isWanted = (row: Mapped<LearnerResult>, { courseId, learner }: Asked): boolean =>
  !row.ok ||
  ((courseId === undefined || row.record.courseId === courseId) &&
    (learner === undefined || row.record.email === learner));

/** The cursor: the end of the window, so that it does not move from page to page, and the page's number. */
async function windowPage(
  feed: WindowedFeed,
  { from, to }: Asked,
  { since }: SourceSettings,
  cursor: string | undefined,
  call: Call,
): Promise<ListingPage<LearnerResult>> {
  const at = cursor === undefined ? undefined : readPlace(cursor);
  const end = to ?? at?.to ?? (await feed.count(undefined, call)).serverTime;
  const start = from ?? since;
  if (start > end) throw new InputError('to', 'must not be before from');
  const number = at?.page ?? 1;
  const page = await feed.page(widened(start, end, feed.timeZone), number, call);
  const more = page !== undefined && number < page.pages;
  return { rows: page?.rows ?? [], next: more ? `${end}.${number + 1}` : undefined };
}

function readPlace(cursor: string): { to: Utc; page: number } {
  const [, to, page] = /^([\d:TZ-]{20})\.([1-9]\d{0,8})$/.exec(cursor) ?? [];
  if (to === undefined) throw wrongCursor();
  return { to: to as Utc, page: Number(page) };
}

/** By the server's own clock an hour may come twice: then both are meant. */
const widened = (from: Utc, to: Utc, timeZone: string): Window => ({
  from: startOfAmbiguity(from, timeZone),
  to: endOfAmbiguity(to, timeZone),
});

function scannedPage(
  feed: ScannedFeed,
  { courseId, learner, from, to }: Asked,
  { id, kind }: SourceSettings,
  cursor: string | undefined,
  call: Call,
): Promise<ListingPage<LearnerResult>> {
  for (const [field, value] of Object.entries({ from, to }))
    if (value !== undefined)
      throw new InputError(
        field,
        `The source ${id} (${kind}) cannot be asked by modification time; leave it out`,
      );
  // One learner is in few courses, and a course may have many learners.
  if (learner !== undefined && feed.learnerPage) return feed.learnerPage(learner, cursor, call, courseId);
  if (courseId !== undefined) return feed.page(courseId, cursor, call);
  if (learner !== undefined)
    throw new InputError(
      'learner',
      `The source ${id} (${kind}) cannot be asked for one learner in all courses; name a courseId too`,
    );
  const either = feed.learnerPage ? 'name one, or a learner' : 'name one';
  throw new InputError('courseId', `The source ${id} (${kind}) is read course by course; ${either}`);
}
