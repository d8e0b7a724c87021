import type { Mapped } from '../../domain/mapped';
import type { LearnerResult } from '../../domain/learner-result';
import type { AcademySettings } from './settings';
import { lowerCasedAddress } from '../mail-address';
import { idsOf } from '../course-ids';
import { Notes } from '../notes';
import type { Call, ListingPage, ScannedFeed } from '../source';
import { oldestFirst } from './catalog';
import type { AcademyClient } from './client';
import { courseKey, mapResult } from './map';
import { readPage } from './pages';
import { reportParams } from './report';

const report = 'courses.detailReport';

/**
 * The Course Detail Report, course by course. Drafts are read too: who completed a course just before it went back
 * has completed it. Learning paths have a report of their own, which names no addresses: it is not read.
 */
export function consumptionFeed(client: AcademyClient, settings: AcademySettings): ScannedFeed {
  const { pageSize } = settings;
  const courses: ScannedFeed['courses'] = async (cursor, call) => {
    const { records, next, note } = await readPage(
      client,
      'courses.list',
      oldestFirst,
      pageSize,
      cursor,
      call,
    );
    const notes = new Notes();
    const ids = idsOf(records, courseKey, notes);
    const all = [...(note ? [{ text: note }] : []), ...(notes.list() ?? [])];
    return { ids, next, ...(all.length > 0 && { notes: all }) };
  };

  async function rows(
    courseIds: readonly string[],
    email: string | undefined,
    cursor: string | undefined,
    call: Call,
  ): Promise<ListingPage<LearnerResult>> {
    const notes = new Notes();
    const { records, next, note } = await readPage(
      client,
      report,
      reportParams(courseIds, email),
      pageSize,
      cursor,
      call,
    );
    const courseId = email === undefined ? courseIds[0] : undefined;
    const mapped = records.map((raw) => mapResult(raw, { courseId, settings, notes }));
    // What is counted for one learner may be the count of all.
    const all = [...(note && email === undefined ? [{ text: note }] : []), ...(notes.list() ?? [])];
    return { rows: mapped, next, ...(all.length > 0 && { notes: all }) };
  }

  return {
    type: 'scanned',
    courses,
    page: (courseId, cursor, call) => rows([courseId], undefined, cursor, call),
    /** The cursor is that of the courses and that of the report on a page of them. */
    async learnerPage(given, cursor, call, courseId) {
      const email = lowerCasedAddress(given);
      if (courseId !== undefined && email !== undefined)
        return ofLearner(await rows([courseId], email, cursor, call), email);
      const [listed, inReport] = (cursor ?? '').split('|');
      const { ids, next } = await courses(listed || undefined, call);
      const following = next === undefined ? undefined : `${next}|`;
      if (ids.length === 0 || email === undefined) return { rows: [], next: following };
      const page = await rows(ids, email, inReport || undefined, call);
      return {
        ...ofLearner(page, email),
        next: page.next === undefined ? following : `${listed}|${page.next}`,
      };
    },
  };
}

/** The search finds parts of names, too. */
const ofLearner = (page: ListingPage<LearnerResult>, email: string): ListingPage<LearnerResult> => ({
  ...page,
  rows: page.rows.filter((row) => emailOf(row) === email),
});

function emailOf(row: Mapped<LearnerResult>): string | undefined {
  if (row.ok) return row.record.email;
  const { email } = (row.raw ?? {}) as Record<string, unknown>;
  return typeof email === 'string' ? lowerCasedAddress(email) : undefined;
}
