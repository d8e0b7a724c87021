import { startAcademy } from '../../sandbox/academy-of-mine';
import { startKhalibre } from '../../sandbox/khalibre';
import { startOpenEdx } from '../../sandbox/open-edx';
import type { PocketServer } from '../../sandbox/server';
import { startTBook } from '../../sandbox/t-book';
import type { TokenDesk } from '../../sandbox/tokens';
import type { SourceSettings } from '../../src/lib/settings/types';
import { testSecret } from '../http/client-builder';
import { academySettings } from '../sources/academy-of-mine/settings';
import { khalibreSettings } from '../sources/khalibre/settings';
import { openEdxSettings } from '../sources/open-edx/settings';
import { tBookSettings } from '../sources/t-book/settings';
import type { ReadName } from './read-all';

/** A pocket server of a kind, with what a source must find there. */
export interface Pocket {
  readonly url: string;
  readonly server: PocketServer;
  /** From now on this secret alone is taken, and no token that was had with another. */
  setSecret(secret: string): void;
  stop(): Promise<void>;
  /** Ids of the courses that are to be seen. */
  courses(): string[];
  /** How many rows of consumption. */
  rows(): number;
  /** How many learners, where they can be read. */
  learners?(): number;
}

export interface Kind {
  readonly name: string;
  /** The setting that holds the secret. */
  readonly credential: 'clientSecret' | 'accessToken';
  /** Whether the vendor's counts of rows can be trusted. */
  readonly counts: boolean;
  /** Starts with little data: every page size must be affordable. @param secret of its one client. */
  start(secret: string): Promise<Pocket>;
  settings(baseUrl: string, more: Partial<SourceSettings>): SourceSettings;
  /** What can be read of it, with a part of the path of each. */
  readonly reads: Readonly<Partial<Record<ReadName, string>>>;
  /** What else it can do. */
  readonly can: readonly ('enrolments' | 'learners' | 'entities' | 'signIns')[];
  /** Undefined for a vendor that publishes neither courses nor results. */
  readonly feeds?: Feeds;
}

export interface Feeds {
  /** Where rows stand in an answer, and a field of each kind that must not change its type. */
  readonly rows: string;
  readonly fields: { readonly course: string; readonly progress: string };
  /** Ways to lead a reader astray: what is changed in a page of courses. */
  readonly astray: Readonly<Record<string, () => (body: Record<string, unknown>) => unknown>>;
}

const openEdx = (grades: 'bulk' | 'courses'): Kind => ({
  name: `Open edX, ${grades}`,
  credential: 'clientSecret',
  counts: true,
  async start(clientSecret) {
    const edx = await startOpenEdx({ courses: 20, learners: 12, grades: 60, clientSecret });
    const courses = () => [...edx.state.courses.values()].filter(({ hidden }) => !hidden).map(({ id }) => id);
    return {
      ...edx,
      setSecret: rotate(edx.state.tokens),
      courses,
      rows: () => {
        const seen = new Set(courses());
        return [...edx.state.grades].filter(({ courseId }) => grades === 'bulk' || seen.has(courseId)).length;
      },
    };
  },
  settings: (baseUrl, more) =>
    openEdxSettings(baseUrl, { clientId: 'lms-bridge', username: 'bridge', grades, ...more }),
  reads: { catalog: '/api/courses/', consumption: '/api/grades/' },
  can: [],
  feeds: {
    rows: 'results',
    fields: { course: 'name', progress: 'passed' },
    astray: {
      'in a circle': () => (body) => withNext(body, '?page=1'),
      'past some pages': () => (body) => withNext(body, '?page=3'),
      'to no page': () => (body) => withNext(body, '?page='),
      'to what is no text': () => (body) => withNext(body, 2),
    },
  },
});

const withNext = (body: Record<string, unknown>, next: unknown) => ({
  ...body,
  pagination: { ...(body.pagination as object), next },
});

const khalibre: Kind = {
  name: 'Khalibre',
  credential: 'clientSecret',
  counts: true,
  async start(clientSecret) {
    const pocket = await startKhalibre({ courses: 20, learners: 25, coursesPerLearner: 3, clientSecret });
    const { state } = pocket;
    const listed = () => new Set(state.listed().map(({ id }) => id));
    return {
      ...pocket,
      setSecret: rotate(state.tokens),
      courses: () =>
        state
          .listed()
          .filter(({ visible }) => visible)
          .map(({ id }) => String(id)),
      rows: () => {
        const seen = listed();
        return state.progress.filter(({ courseId }) => seen.has(courseId)).length;
      },
    };
  },
  settings: khalibreSettings,
  reads: { catalog: '/courses', consumption: '/progress/' },
  can: ['enrolments'],
  feeds: {
    rows: 'items',
    fields: { course: 'isVisible', progress: 'statusDescription' },
    astray: {
      'to another page': () => (body) => ({ ...body, page: 7 }),
      'in a circle': () => {
        let items: unknown;
        return (body) => ({ ...body, items: (items ??= body.items), page: undefined, lastPage: 1e6 });
      },
      'to a last page in words': () => (body) => ({ ...body, lastPage: 'many' }),
      'to a last page before the first': () => (body) => ({ ...body, lastPage: -1 }),
      'to no last page':
        () =>
        ({ lastPage: _, ...body }) =>
          body,
    },
  },
};

const academy: Kind = {
  name: 'Academy of Mine',
  credential: 'accessToken',
  counts: false,
  async start(accessToken) {
    const pocket = await startAcademy({ courses: 20, learners: 15, coursesPerLearner: 3, accessToken });
    const { state } = pocket;
    return {
      ...pocket,
      setSecret: (secret) => (state.options.accessToken = secret),
      courses: () => state.published().map(({ id }) => String(id)),
      rows: () => state.enrolments.size,
      learners: () => state.users.size,
    };
  },
  settings: academySettings,
  reads: { catalog: '/courses/list', consumption: '/reports/', learners: '/users/list' },
  can: ['enrolments', 'learners', 'entities'],
  feeds: {
    rows: 'records',
    fields: { course: 'status', progress: 'status' },
    astray: {
      'in a circle': () => {
        let records: unknown;
        return (body) => ({ ...body, records: (records ??= body.records), recordsTotal: 1e6 });
      },
      'to a count in words': () => (body) => ({ ...body, recordsTotal: 'many' }),
      'to a count below nothing': () => (body) => ({ ...body, recordsTotal: -1 }),
    },
  },
};

const tBook: Kind = {
  name: 'T-book',
  credential: 'clientSecret',
  counts: false,
  async start(clientSecret) {
    const pocket = await startTBook({ learners: 25, clientSecret });
    const { state } = pocket;
    return {
      ...pocket,
      setSecret: rotate(state.tokens),
      courses: () => [],
      rows: () => 0,
      learners: () => state.learners.size,
    };
  },
  settings: tBookSettings,
  reads: { learners: '/getAllLearners' },
  can: ['enrolments', 'learners', 'entities', 'signIns'],
};

function rotate(tokens: TokenDesk): (secret: string) => void {
  return (secret) => {
    tokens.client.clientSecret = secret;
    tokens.revokeAll();
  };
}

/** One line a kind. */
export const kinds: readonly Kind[] = [openEdx('bulk'), openEdx('courses'), khalibre, academy, tBook];

export const secretSetting = (kind: Kind, id: string): string => `LMS__${id}__${kind.credential}`;

/** Settings of a kind with a secret of its own. */
export const settingsOf = (kind: Kind, url: string, secret: string, more: Partial<SourceSettings> = {}) => {
  const { id } = { ...kind.settings(url, {}), ...more };
  return kind.settings(url, { [kind.credential]: testSecret(secret, secretSetting(kind, id)), ...more });
};
