import type { Course } from '../../domain/course';
import type { Mapped } from '../../domain/mapped';
import type { AcademySettings } from './settings';
import { Notes } from '../notes';
import { readVendorRow, unmapped } from '../read-row';
import type { Call, CatalogFeed, ListingPage } from '../source';
import { wrongCursor } from '../wrong-cursor';
import type { AcademyClient } from './client';
import { inTurns } from './in-turns';
import { courseKey, mapCourse } from './map';
import { readPage } from './pages';
import { callsAtOnce } from '../pages-ahead';
import { id } from '../forms';
import { anObject, categories, category, courseDetail, listed } from './schema';
import { isDraft } from './status';

/** The two lists that make the catalog. Learning paths are counted apart, so their ids get a prefix. */
const lists = {
  courses: { list: 'courses.list', get: 'courses.get', prefix: '' },
  paths: { list: 'learningPaths.list', get: 'learningPaths.get', prefix: 'lp-' },
} as const;
type List = (typeof lists)[keyof typeof lists];

/** Oldest first: what is added while the pages turn comes at the end. */
export const oldestFirst = { order_by: { colName: 'created_at', direction: 'asc' } } as const;

/** The course list, with the detail of each course that is no draft. */
export function catalogFeed(client: AcademyClient, settings: AcademySettings): CatalogFeed {
  const { pageSize, learningPaths } = settings;
  return {
    async page(cursor, call) {
      const [, phase, before, at] = /^(courses|paths)([+-]?)(?::(.*))?$/.exec(cursor ?? 'courses') ?? [];
      if (phase === undefined) throw wrongCursor();
      const list = phase === 'paths' ? lists.paths : lists.courses;
      const { records, next, note } = await readPage(client, list.list, oldestFirst, pageSize, at, call);
      const page = await withDetails(client, settings, list, records, call);
      const met = before === '+' || page.met === '+' ? '+' : before || page.met;
      // Judged over the list: taken for "all are gone", a wrong path would withdraw the whole catalog.
      if (next === undefined && met === '-')
        throw client.wrong(`lists courses and finds none of them by its id; ${client.checkPath(list.get)}`);
      const following = learningPaths && phase === 'courses' ? 'paths' : undefined;
      const notes = [...(note ? [{ text: note }] : []), ...(page.notes ?? [])];
      return {
        rows: page.rows,
        next: next === undefined ? following : `${phase}${met}:${next}`,
        ...(notes.length > 0 && { notes }),
      };
    },
    async read(courseId, call) {
      const list = courseId.startsWith(lists.paths.prefix) ? lists.paths : lists.courses;
      if (list === lists.paths && !learningPaths) return undefined;
      const raw = await detail(client, list, courseId.slice(list.prefix.length), call);
      if (raw === undefined) return undefined;
      const names = await categoryNames(client, list, [raw], call);
      return mapCourse(raw, { settings, prefix: list.prefix, categories: names, notes: new Notes() });
    },
  };
}

async function withDetails(
  client: AcademyClient,
  settings: AcademySettings,
  list: List,
  records: readonly unknown[],
  call: Call,
): Promise<Pick<ListingPage<Course>, 'rows' | 'notes'> & { readonly met: Met }> {
  const notes = new Notes();
  const found = await inTurns(records, callsAtOnce(settings), async (row): Promise<Found> => {
    const parsed = listed.safeParse(row);
    if (!parsed.success) return { row: unmapped(courseKey(row, list.prefix), parsed.error, row) };
    if (isDraft(parsed.data.status)) return {};
    const raw = await detail(client, list, parsed.data.id, call);
    return raw === undefined ? { missing: true } : { raw };
  });
  const missing = found.filter((one) => one.missing).length;
  const details = found.flatMap(({ raw }) => (raw === undefined ? [] : [raw]));
  if (missing > 0) notes.add('a listed course is not found by its id', missing);
  const names = await categoryNames(client, list, details, call);
  const context = { settings, prefix: list.prefix, categories: names, notes };
  const rows = found.flatMap(
    ({ row, raw }) => row ?? (raw === undefined ? [] : (mapCourse(raw, context) ?? [])),
  );
  return { rows, notes: notes.list(), met: details.length > 0 ? '+' : missing > 0 ? '-' : '' };
}

/** Whether listed courses were found by their ids: some, none of them, or there was none to look for. */
type Met = '+' | '-' | '';

interface Found {
  readonly row?: Mapped<Course>;
  readonly raw?: unknown;
  readonly missing?: boolean;
}

async function detail(client: AcademyClient, list: List, courseId: string, call: Call): Promise<unknown> {
  const raw = await client.find(list.get, courseId, anObject, call);
  if (raw === undefined) return undefined;
  client.requireCourse(courseId, id.safeParse(raw.id).data, `; ${client.checkPath(list.get)}`);
  return raw;
}

const withCategories = courseDetail.pick({ categories: true });

/** Names of the categories that the details name by id; none when the operation is not to be used. */
async function categoryNames(
  client: AcademyClient,
  list: List,
  details: readonly unknown[],
  call: Call,
): Promise<ReadonlyMap<string, string>> {
  const operation = 'categories.courseLookup';
  const named = details.flatMap(
    (raw) => readVendorRow(withCategories, raw, [], new Notes()).data?.categories ?? [],
  );
  const ids = [...new Set(named)];
  // The categories of learning paths are counted apart, too.
  if (ids.length === 0 || list !== lists.courses || !client.has(operation)) return new Map();
  const numbers = ids.map((one) => (/^\d{1,15}$/.test(one) ? Number(one) : one));
  const rows = await client.read(operation, { array: numbers }, categories, call);
  return new Map(
    rows.flatMap((row) => {
      const parsed = category.safeParse(row);
      const name = parsed.data?.name.trim();
      return parsed.success && name ? [[parsed.data.id, name] as const] : [];
    }),
  );
}
