import type { Note } from '../../domain/notes';
import type { SettingsProblem } from '../../errors';
import { openEdxDefinitions, type OpenEdxSettings } from './settings';
import { defineSourceKind, type SourceDeps } from '../kind';
import type { Call, CatalogFeed, ScannedFeed, Source, WindowedFeed } from '../source';
import { idsOf } from '../course-ids';
import { id as anId } from '../forms';
import { Notes } from '../notes';
import { readNumbered } from '../pages-ahead';
import { wrongCursor } from '../wrong-cursor';
import { addressBook } from './address-book';
import { OpenEdxClient } from './client';
import { mapBulkGrade, mapCourse, mapCourseGrade } from './map';
import type { EdxPage } from './schema';

export const openEdx = defineSourceKind({
  title: 'Open edX, stock or with the bulk-grades API',
  definitions: openEdxDefinitions,
  credentials: [['clientId', 'clientSecret'], ['accessToken']],
  create: createOpenEdx,
});

/** An Open edX, or the fork with bulk grades (`grades` = `bulk`). */
function createOpenEdx(settings: OpenEdxSettings, deps: SourceDeps): Source {
  const client = new OpenEdxClient(settings, deps);
  const addressOf = deps.addressOf ?? addressesOf(settings);
  return {
    id: settings.id,
    sourceKind: 'open-edx',
    addressAdvice:
      `set LMS__${settings.id}__addresses to a CSV of user names and addresses, ` +
      'since Open edX gives addresses for some enrolment modes alone',
    ...(settings.username === undefined && { doubts: [noUsername(settings.id)] }),
    catalog: catalogFeed(client, settings),
    consumption:
      settings.grades === 'bulk' ? bulkFeed(client, settings, addressOf) : courseFeed(client, addressOf),
  };
}

/** A server that is not told lists what an anonymous visitor sees, which looks complete and is not. */
const noUsername = (id: string): SettingsProblem => ({
  setting: `LMS__${id}__username`,
  message: 'is missing: only what everybody sees is listed; set it to the name of the service user',
});

function told(notes: Notes): { notes?: readonly Note[] } {
  const said = notes.list();
  return said ? { notes: said } : {};
}

const addressesOf = ({ id, addresses }: OpenEdxSettings) =>
  addresses === undefined ? () => undefined : addressBook(addresses, `LMS__${id}__addresses`);

interface CoursePage {
  readonly results: EdxPage['results'];
  readonly count: number | undefined;
  readonly next: string | undefined;
  /** The page does not exist, although the one before promised it: the list ended there. */
  readonly absent: boolean;
}

/** Pages are asked for by number: the cursor is the number of the next page. */
async function coursePage(
  client: OpenEdxClient,
  cursor: string | undefined,
  call: Call,
): Promise<CoursePage> {
  if (cursor !== undefined && !/^[1-9]\d{0,8}$/.test(cursor)) throw wrongCursor();
  const page = Number(cursor ?? 1);
  const get = (number: number, signal: AbortSignal) => client.courses(number, { ...call, signal });
  const data = await readNumbered(call, page, get, (answer) => answer?.pagination.num_pages);
  if (!data) return { results: [], count: undefined, next: undefined, absent: true };
  const next = nextPage(client, data, page);
  return { results: data.results, count: data.pagination.count, next, absent: false };
}

/** @throws PayloadError when the server sends the reader in circles. */
function nextPage(client: OpenEdxClient, data: EdxPage, page: number): string | undefined {
  const { next } = data.pagination;
  if (!next) return undefined;
  // A link that names no page says all the same that there is one more.
  const number = Number(client.nextField(next, 'page') ?? page + 1);
  if (number === page + 1) return String(number);
  throw client.wrong(`gave a next link to another page than ${page + 1}`);
}

function catalogFeed(client: OpenEdxClient, { baseUrl }: OpenEdxSettings): CatalogFeed {
  return {
    async page(cursor, call) {
      const { results, count, next, absent } = await coursePage(client, cursor, call);
      const notes = new Notes();
      const rows = results.map((row) => mapCourse(row, baseUrl, notes));
      return { rows, next, total: count, absent, ...told(notes) };
    },
    async read(courseId, call) {
      const raw = await client.course(courseId, call);
      if (raw === undefined) return undefined;
      const mapped = mapCourse(raw, baseUrl, new Notes());
      if (mapped.ok) client.requireCourse(courseId, mapped.record.id);
      return mapped;
    },
  };
}

function bulkFeed(
  client: OpenEdxClient,
  settings: OpenEdxSettings,
  addressOf: (username: string) => string | undefined,
): WindowedFeed {
  return {
    type: 'windowed',
    timeZone: settings.timeZone,
    pageSize: settings.pageSize,
    async count(window, call) {
      const answer = await client.bulkGrades(window, 1, 1, call);
      if (!answer?.date) throw client.wrong('answered without a Date header');
      nextPage(client, answer.data, 1);
      return { count: answer.data.pagination.count, serverTime: answer.date };
    },
    async page(window, page, call) {
      const answer = await client.bulkGrades(window, page, call.pageSize ?? settings.pageSize, call);
      if (!answer) return undefined;
      const { results, pagination } = answer.data;
      nextPage(client, answer.data, page);
      const notes = new Notes();
      const rows = results.map((row) => mapBulkGrade(row, { addressOf, notes }));
      return { rows, count: pagination.count, pages: pagination.num_pages, ...told(notes) };
    },
    map: (raw) => mapBulkGrade(raw, { addressOf, notes: new Notes() }),
  };
}

function courseIdOf(row: unknown): string | undefined {
  const { id, course_id } = (row ?? {}) as Record<string, unknown>;
  return anId.safeParse(id || course_id).data;
}

function courseFeed(client: OpenEdxClient, addressOf: (username: string) => string | undefined): ScannedFeed {
  return {
    type: 'scanned',
    async courses(cursor, call) {
      const { results, next, absent } = await coursePage(client, cursor, call);
      const notes = new Notes();
      if (absent) notes.add('the list of courses had fewer pages than it promised');
      // Only the id matters here: a course whose other fields are bad has results all the same.
      const ids = idsOf(results, courseIdOf, notes);
      return { ids, next, ...told(notes) };
    },
    async page(courseId, cursor, call) {
      const page = await client.courseGrades(courseId, cursor, call);
      const ended = [{ text: 'a page of grades was promised and does not exist' }];
      if (!page) return { rows: [], next: undefined, ...(cursor !== undefined && { notes: ended }) };
      const next = page.next ? client.nextField(page.next, 'cursor') : undefined;
      if (page.next && !next) throw client.wrong('gave a next link without a cursor');
      if (next !== undefined && next === cursor)
        throw client.wrong('gave a next link to the same page of grades');
      const notes = new Notes();
      const rows = page.results.map((row) => mapCourseGrade(row, { addressOf, notes }));
      return { rows, next, ...told(notes) };
    },
  };
}
