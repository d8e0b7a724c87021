import type { ClientDeps } from '../../http/client';
import { khalibreDefinitions, type KhalibreSettings } from './settings';
import { defineSourceKind } from '../kind';
import type { Call, CatalogFeed, ListingPage, ScannedFeed, Source } from '../source';
import type { LearnerResult } from '../../domain/learner-result';
import type { Note } from '../../domain/notes';
import { KhalibreClient } from './client';
import { khalibreEnrolments } from './enrolments';
import { courseIdOf, mapCourse, mapResult } from './map';
import { yesOrNo } from '../forms';
import { Notes } from '../notes';
import { idsOf } from '../course-ids';
import { NumberedReader, type ReadPage } from '../numbered-pages';

export const khalibre = defineSourceKind({
  title: 'A Khalibre LMS',
  definitions: khalibreDefinitions,
  credentials: [['clientId', 'clientSecret']],
  create: createKhalibre,
});

/** A Khalibre LMS. Its "course ID" is the class ID of its own pages. */
function createKhalibre(settings: KhalibreSettings, deps: ClientDeps): Source {
  const client = new KhalibreClient(settings, deps);
  const pages = new NumberedReader((what) => client.wrong(what));
  return {
    id: settings.id,
    sourceKind: 'khalibre',
    catalog: catalogFeed(client, pages, settings),
    consumption: progressFeed(client, pages, settings),
    enrolments: khalibreEnrolments(client, pages),
    webhooks: true,
  };
}

function catalogFeed(
  client: KhalibreClient,
  pages: NumberedReader,
  { baseUrl }: KhalibreSettings,
): CatalogFeed {
  return {
    async page(cursor, call) {
      const notes = new Notes();
      const page = await pages.read(call, (number, own) => client.courses(number, own), cursor, isHidden);
      const rows = page.items.flatMap((raw) => mapCourse(raw, baseUrl, notes) ?? []);
      return { rows, next: page.next, total: page.total, absent: page.absent, ...told(notes, page) };
    },
    async read(courseId, call) {
      const raw = await client.course(courseId, call);
      if (raw === undefined) return undefined;
      client.requireCourse(courseId, courseIdOf(raw));
      return mapCourse(raw, baseUrl, new Notes());
    },
  };
}

function progressFeed(
  client: KhalibreClient,
  pages: NumberedReader,
  { statuses }: KhalibreSettings,
): ScannedFeed {
  const progress = (page: ReadPage, courseId: string | undefined): ListingPage<LearnerResult> => {
    const notes = new Notes();
    const rows = page.items.map((raw) => mapResult(raw, { courseId, statuses, notes }));
    return { rows, next: page.next, total: page.total, ...told(notes, page) };
  };
  return {
    type: 'scanned',
    async courses(cursor, call: Call) {
      const page = await pages.read(call, (number, own) => client.courses(number, own), cursor);
      const notes = new Notes();
      // Only the id matters here: a course that is hidden, or whose other fields are bad, has learners all the same.
      const ids = idsOf(page.items, courseIdOf, notes);
      const isCut = page.note !== undefined && !page.absent;
      return {
        ids,
        next: page.next,
        ...(isCut && { cutShort: page.note }),
        ...told(notes, isCut ? { note: undefined } : page),
      };
    },
    async page(courseId, cursor, call) {
      const get = (number: number, own: Call) => client.progressOfCourse(courseId, number, own);
      return progress(await pages.read(call, get, cursor), courseId);
    },
    async learnerPage(email, cursor, call) {
      const get = (number: number, own: Call) => client.progressOfLearner(email, number, own);
      return progress(await pages.read(call, get, cursor), undefined);
    },
  };
}

const isHidden = (item: unknown): boolean =>
  yesOrNo.safeParse((item as { readonly isVisible?: unknown } | null | undefined)?.isVisible).data === false;

function told(notes: Notes, { note }: Pick<ReadPage, 'note'>): { notes?: readonly Note[] } {
  const all = [...(note ? [{ text: note }] : []), ...(notes.list() ?? [])];
  return all.length > 0 ? { notes: all } : {};
}
