import type { Answer } from '../../src/lib/api/answer';
import { parseBody, parseQuery } from '../../src/lib/api/parse';
import { getCourse, listCourses } from '../../src/lib/api/sources/courses';
import { listEntities, listLearners } from '../../src/lib/api/sources/directory';
import { listSources } from '../../src/lib/api/sources/list';
import { searchProgress } from '../../src/lib/api/sources/progress';
import { learnersQuery, pageQuery, progressSearch } from '../../src/lib/api/sources/requests';
import type { App } from '../../src/lib/app';
import { type Bridge, startBridge } from '../setup/bridge';
import { described } from './described';

/** A bridge to small ones of all four vendors. */
export const toAllVendors = (): Promise<Bridge> =>
  startBridge({
    sandbox: {
      khalibre: { courses: 20, learners: 40 },
      academy: { courses: 15, learners: 20 },
      tBook: { learners: 25 },
    },
  });

/** What any of the routes answers. */
export interface Page {
  readonly next?: string;
  readonly notes?: string[];
  readonly unreadable?: number;
  readonly courses?: { id: string; name: string }[];
  readonly learners?: { id: string; email?: string; entityId?: string }[];
  readonly entities?: { id: string }[];
  readonly progress?: { courseId: string; email?: string; at?: string }[];
  readonly detail?: string;
  readonly errors?: { field?: string; setting?: string }[];
}

export const read = (answer: Answer): Page & Record<string, unknown> =>
  JSON.parse(answer.body ?? '') as Page & Record<string, unknown>;

type Query = Readonly<Record<string, string>>;
type Ask = (query: Query) => Promise<Answer>;

// As the functions do it.
export const courses =
  (app: App, id: string): Ask =>
  async (query) => {
    const asked = parseQuery(pageQuery, new URLSearchParams(query));
    return described(
      'get',
      '/sources/{source}/courses',
      asked.ok ? await listCourses(app, id, asked.value) : asked.answer,
    );
  };
export const learners =
  (app: App, id: string): Ask =>
  async (query) => {
    const asked = parseQuery(learnersQuery, new URLSearchParams(query));
    return described(
      'get',
      '/sources/{source}/learners',
      asked.ok ? await listLearners(app, id, asked.value) : asked.answer,
    );
  };
export const entities =
  (app: App, id: string): Ask =>
  async (query) => {
    const asked = parseQuery(pageQuery, new URLSearchParams(query));
    return described(
      'get',
      '/sources/{source}/entities',
      asked.ok ? await listEntities(app, id, asked.value) : asked.answer,
    );
  };
export async function progress(app: App, id: string, body: object): Promise<Answer> {
  const asked = await parseBody(progressSearch, new Blob([JSON.stringify(body)]).stream());
  return described(
    'post',
    '/sources/{source}/progress/search',
    asked.ok ? await searchProgress(app, id, asked.value) : asked.answer,
  );
}

/** All pages of a list, first to last. */
export async function pages(ask: Ask, query: Query): Promise<Page[]> {
  const all: Page[] = [];
  for (let next: string | undefined = ''; next !== undefined;) {
    const answer = await ask({ ...query, ...(next && { next }) });
    if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.body}`);
    all.push(read(answer));
    next = all.at(-1)?.next;
  }
  return all;
}

export const searchPages = (app: App, id: string, body: object): Promise<Page[]> =>
  pages((query) => progress(app, id, { ...body, ...query }), {});

export const course = async (app: App, id: string, courseId: string): Promise<Answer> =>
  described('get', '/sources/{source}/courses/{id}', await getCourse(app, id, courseId));
export const sources = (app: App): Answer => described('get', '/sources', listSources(app));
