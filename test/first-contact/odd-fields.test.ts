import { noteText } from '../../src/lib/domain/notes';
import { Notes } from '../../src/lib/sources/notes';
import * as academy from '../../src/lib/sources/academy-of-mine/map';
import * as khalibre from '../../src/lib/sources/khalibre/map';
import * as edx from '../../src/lib/sources/open-edx/map';
import { page as academyPage } from '../../src/lib/sources/academy-of-mine/schema';
import { page as khalibrePage } from '../../src/lib/sources/khalibre/schema';
import { cursorPage, numberedPage } from '../../src/lib/sources/open-edx/schema';
import { list as tbookList } from '../../src/lib/sources/t-book/schema';
import { readEntity, readLearner } from '../../src/lib/sources/t-book/map';
import type { Mapped } from '../../src/lib/domain/mapped';
import { startBridge } from '../setup/bridge';

/*
 * Fields as PHP, Java, spreadsheets and people write them. Only what makes a record what it is may cost the record.
 */

type Read = (raw: Record<string, unknown>, notes: Notes) => Mapped<object> | undefined;

const settings = {
  baseUrl: 'https://lms.example.com',
  timeZone: 'UTC',
  courseUrl: undefined,
  statuses: undefined,
};
const categories = new Map([
  ['3', 'Safety'],
  ['5', 'Health'],
]);
const kinds = {
  'an Academy of Mine course': {
    row: { id: 7, name: 'Fire safety', status: 'published' },
    read: (raw, notes) => academy.mapCourse(raw, { settings, prefix: '', categories, notes } as never),
  },
  'an Academy of Mine learner': {
    row: { user_id: 4, course_id: 7, email: 'ann@example.com', status: 'completed' },
    read: (raw, notes) => academy.mapResult(raw, { courseId: '7', settings, notes } as never),
  },
  'a Khalibre course': {
    row: { courseId: 9, title: 'Fire safety' },
    read: (raw, notes) => khalibre.mapCourse(raw, 'https://lms.example.com', notes),
  },
  'a Khalibre learner': {
    row: { courseId: 9, emailAddress: 'ann@example.com', statusDescription: 'Completed' },
    read: (raw, notes) => khalibre.mapResult(raw, { courseId: '9', statuses: undefined, notes }),
  },
  'an Open edX course': {
    row: { id: 'course-v1:edX+toy+1', name: 'Fire safety' },
    read: (raw, notes) => edx.mapCourse(raw, 'https://lms.example.com', notes),
  },
  'an Open edX grade': {
    row: { username: 'ann@example.com', course_key: 'course-v1:edX+toy+1', passed: true },
    read: (raw, notes) => edx.mapBulkGrade(raw, { addressOf: () => undefined, notes }),
  },
} satisfies Record<string, { row: object; read: Read }>;

type Kind = keyof typeof kinds;

/** What the record says beside what it says without the odd field; `noted` is what the operator is told. */
const cases: readonly (readonly [Kind, object, object, string?])[] = [
  ['an Academy of Mine course', { featuredImageUrl: false }, {}],
  ['an Academy of Mine course', { instructions: [] }, {}],
  ['an Academy of Mine course', { categories: { 0: 3, 2: 5 } }, { keywords: ['Safety', 'Health'] }],
  ['an Academy of Mine course', { categories: [null, 3, {}] }, { keywords: ['Safety'] }, 'categories'],
  ['an Academy of Mine course', { categories: { 0: 3, 2: {} } }, { keywords: ['Safety'] }, 'categories'],
  ['an Academy of Mine course', { categories: '3,5' }, { keywords: ['Safety', 'Health'] }],
  ['an Academy of Mine course', { categories: '3' }, { keywords: ['Safety'] }],
  [
    'an Academy of Mine course',
    { estimatedCompletion: '2,5', estimationCompletedUnit: 'hours' },
    { durationMinutes: 150 },
  ],
  [
    'an Academy of Mine course',
    { estimatedCompletion: 'a while', estimationCompletedUnit: 'hours' },
    {},
    'estimatedCompletion',
  ],
  ['an Academy of Mine course', { durationSpecificDate: '0000-00-00 00:00:00' }, {}],
  ['an Academy of Mine course', { slug: 12, featuredImageUrl: { url: 1 } }, {}, 'featuredImageUrl'],
  ['an Academy of Mine learner', { percent_complete: 'N/A' }, {}],
  ['an Academy of Mine learner', { percent_complete: '-' }, {}],
  ['an Academy of Mine learner', { percent_complete: '85 %' }, { percent: 0.85 }],
  ['an Academy of Mine learner', { percent_complete: '45%' }, { percent: 0.45 }],
  ['an Academy of Mine learner', { percent_complete: 100.00000000000001 }, { percent: 1 }],
  ['an Academy of Mine learner', { percent_complete: [] }, {}],
  ['an Academy of Mine learner', { percent_complete: 'most' }, {}, 'percent_complete'],
  ['an Academy of Mine learner', { percent_complete: '0,500' }, { percent: 0.005 }],
  ['an Academy of Mine learner', { percent_complete: 4500 }, {}, 'percent_complete'],
  ['an Academy of Mine learner', { percent_complete: -5 }, {}, 'percent_complete'],
  ['an Academy of Mine learner', { completed_on: '0000-00-00 00:00:00' }, {}],
  ['an Academy of Mine learner', { started_on: { date: 1 } }, {}, 'started_on'],
  ['a Khalibre course', { languages: 'en' }, { language: 'en' }],
  ['a Khalibre course', { languages: [null, 'en'] }, { language: 'en' }],
  ['a Khalibre course', { bannerUrl: {} }, {}],
  ['a Khalibre course', { startDate: 1_700_000_000_000 }, { start: '2023-11-14T22:13:20Z' }],
  ['a Khalibre course', { endDate: '0000-00-00 00:00:00' }, {}],
  ['a Khalibre course', { startDate: 'N/A', endDate: '-' }, {}],
  ['a Khalibre course', { isVisible: [] }, {}],
  ['a Khalibre course', { title: {}, classTitle: 'Fire safety' }, {}],
  ['a Khalibre course', { title: { en: 'x' }, classTitle: 'Fire safety' }, {}, 'title'],
  ['a Khalibre course', { languages: { 0: ['en'], 2: 'km' } }, { language: 'km' }, 'languages'],
  ['a Khalibre course', { description: { en: 'x' } }, {}, 'description'],
  [
    'a Khalibre course',
    { communities: { 0: { id: 1, bookingUrl: '/book' } } },
    { url: 'https://lms.example.com/book' },
  ],
  ['a Khalibre learner', { completedActivity: 2, totalActivity: '5' }, { percent: 0.4 }],
  ['a Khalibre learner', { completedActivity: -2, totalActivity: 5 }, {}, 'completedActivity'],
  ['a Khalibre learner', { recentUpdateDate: 1_700_000_000_000 }, { at: '2023-11-14T22:13:20Z' }],
  ['a Khalibre learner', { community: 'none' }, {}, 'community'],
  ['a Khalibre learner', { status: [] }, {}],
  ['a Khalibre learner', { status: {} }, {}],
  ['a Khalibre learner', { recentUpdateDate: 'N/A', bookingDate: '-' }, {}],
  ['an Open edX course', { start: 'soon' }, {}, 'start'],
  ['an Open edX course', { media: 'none', org: false }, {}, 'media'],
  [
    'an Open edX course',
    { media: { image: { small: { uri: 1 }, large: '/l.jpg' } } },
    { thumbnailLarge: 'https://lms.example.com/l.jpg' },
    'media',
  ],
  ['an Open edX course', { name: 2024 }, { name: '2024' }],
  ['an Open edX course', { start: '0000-00-00', end: '-', enrollment_start: 'N/A' }, {}],
  ['an Open edX course', { short_description: 2024 }, { shortDescription: '2024' }],
  ['an Open edX grade', { percent: 1.0000000000000002 }, { percent: 1 }],
  ['an Open edX grade', { percent: -1e-12 }, { percent: 0 }],
  ['an Open edX grade', { percent: '0.5' }, { percent: 0.5 }],
  ['an Open edX grade', { percent: '0,5' }, { percent: 0.5 }],
  ['an Open edX grade', { percent: '0,500' }, { percent: 0.5 }],
  ['an Open edX grade', { percent: '1e-3' }, { percent: 0.001 }],
  ['an Open edX grade', { username: 7, course_key: 12 }, { courseId: '12', username: '7', email: undefined }],
  ['an Open edX grade', { percent: '45%' }, { percent: 0.45 }],
  ['an Open edX grade', { percent: 'N/A' }, {}],
  ['an Open edX grade', { percent: 'much' }, {}, 'percent'],
  ['an Open edX grade', { letter_grade: 1 }, { grade: '1' }],
];

const all = cases.map(([kind, odd, more, noted = '']) => [kind, odd, more, noted] as const);

test.each(all)('%s with %j is delivered', (kind: Kind, odd: object, more: object, noted: string) => {
  const { row, read } = kinds[kind] as { row: object; read: Read };
  const plain = read({ ...row }, new Notes());
  const notes = new Notes();
  const mapped = read({ ...row, ...odd }, notes);
  if (!plain?.ok || !mapped?.ok) throw new Error(JSON.stringify(mapped));
  expect(mapped.record).toEqual({ ...plain.record, ...more });
  expect(notes.list()).toEqual(
    noted === ''
      ? undefined
      : [
          {
            text: expect.stringMatching(new RegExp(`^${noted} (cannot be read|is not a percentage)`)),
            rows: 1,
          },
        ],
  );
});

/** What makes the record what it is, and numbers that could mean two things. */
test.each<readonly [Kind, object, RegExp]>([
  ['an Academy of Mine course', { id: {} }, /wrong at \$\.id/],
  ['an Academy of Mine course', { name: { en: 'Fire' } }, /wrong at \$\.name/],
  ['an Academy of Mine learner', { email: { at: 1 } }, /wrong at \$\.email/],
  ['a Khalibre course', { courseId: [1] }, /wrong at \$\.courseId/],
  ['a Khalibre learner', { status: { code: 2 } }, /wrong at \$\.status/],
  ['a Khalibre course', { title: { en: 'x' } }, /has no title/],
  ['an Open edX course', { name: { en: 'x' } }, /wrong at \$\.name/],
  ['an Open edX grade', { passed: 'perhaps' }, /wrong at \$\.passed/],
  ['an Open edX grade', { percent: 45 }, /percent is not a share from 0 to 1/],
  ['an Open edX grade', { percent: 1.5 }, /percent is not a share from 0 to 1/],
  ['an Open edX grade', { percent: -0.2 }, /percent is not a share from 0 to 1/],
])('%s with %j costs itself, with the reason', (kind: Kind, odd: object, reason: RegExp) => {
  const { row, read } = kinds[kind] as { row: object; read: Read };
  expect(read({ ...row, ...odd }, new Notes())).toMatchObject({
    ok: false,
    reason: expect.stringMatching(reason),
  });
});

const edxPage = (results: unknown, count: unknown, more: object = {}) => ({
  results,
  pagination: { count, num_pages: 1, next: null, ...more },
});
/** Schemas of pages, and where their rows are. */
const pages = {
  'Academy of Mine': (raw: unknown) => {
    const { success, data } = academyPage.safeParse(raw);
    return success ? (data.records ?? []) : undefined;
  },
  Khalibre: (raw: unknown) => khalibrePage.safeParse(raw).data?.items,
  'Open edX': (raw: unknown) => numberedPage.safeParse(raw).data?.results,
  'Open edX, one course': (raw: unknown) => cursorPage.safeParse(raw).data?.results,
  'T-book': (raw: unknown) => tbookList.safeParse(raw).data,
};

/** How many rows a page has; undefined where it may be anything. */
test.each<readonly [keyof typeof pages, unknown, number | undefined]>([
  ['Academy of Mine', { records: { 0: { id: 1 }, 2: { id: 2 } }, recordsTotal: 2 }, 2],
  ['Academy of Mine', { records: null, recordsTotal: 0 }, 0],
  ['Academy of Mine', { records: null }, 0],
  ['Academy of Mine', { recordsTotal: '0' }, 0],
  ['Academy of Mine', { message: 'welcome' }, undefined],
  ['Academy of Mine', { records: 'none', recordsTotal: 0 }, undefined],
  ['Khalibre', { items: { 0: { courseId: 1 } }, lastPage: 1 }, 1],
  ['Khalibre', { items: null, lastPage: 1, totalCount: 0 }, 0],
  ['Khalibre', { lastPage: 0, totalCount: 0 }, 0],
  ['Khalibre', { lastPage: '1', page: 1 }, 0],
  ['Khalibre', { lastPage: 3, page: 4, totalCount: 40 }, 0],
  ['Khalibre', { lastPage: 3, totalCount: 40 }, undefined],
  ['Khalibre', { lastPage: 3 }, undefined],
  ['Open edX', edxPage({ 0: { id: 'a' }, 2: { id: 'b' } }, '2', { num_pages: '1' }), 2],
  ['Open edX', edxPage([{ id: 'a' }], 1, { next: false }), 1],
  ['Open edX', edxPage(null, 0), 0],
  ['Open edX', edxPage(undefined, '0'), 0],
  ['Open edX', edxPage(null, 3), undefined],
  ['Open edX', edxPage([], 'many'), undefined],
  ['Open edX, one course', { results: { 1: {} }, next: null }, 1],
  ['Open edX, one course', { results: null, next: '' }, 0],
  ['Open edX, one course', { next: null }, undefined],
  ['Open edX, one course', { results: {}, next: null }, undefined],
  ['T-book', { 1: { learnerID: 1 }, 3: { learnerID: 2 } }, 2],
  ['T-book', null, undefined],
])('a page of %s as %j', (vendor, raw, count) => {
  expect(pages[vendor](raw)?.length).toBe(count);
});

test("T-book's learners and entities lose a field, not themselves", () => {
  const notes = new Notes();
  const odd = {
    learnerID: 7,
    login: 'ann@example.com',
    firstname: false,
    filter: { 0: 'a', 2: 'b' },
    location: 'x',
    entity: 'none',
  };
  expect(readLearner(odd, notes)).toEqual({
    id: '7',
    email: 'ann@example.com',
    filter: ['a', 'b'],
    location: ['x'],
  });
  expect(readEntity({ entityID: 3, name: [], language: { code: 'en' } }, notes)).toEqual({
    id: '3',
    name: '3',
  });
  expect(notes.list()).toEqual([
    { text: 'entity cannot be read', rows: 1 },
    { text: 'language cannot be read', rows: 1 },
  ]);
});

test('the same through a whole sync: every record arrives, and each odd field is one note', async () => {
  const bridge = await startBridge({
    sandbox: {
      openEdx: {
        courses: 6,
        learners: 10,
        grades: 30,
        phpLists: true,
        oddFields: { short_description: 7, end: 'soon', letter_grade: [] },
      },
      khalibre: {
        phpLists: true,
        courses: 6,
        learners: 5,
        oddFields: { languages: [null, 'en'], bannerUrl: {}, totalActivity: '5', description: { en: 'x' } },
      },
      academy: {
        phpLists: true,
        courses: 6,
        learners: 5,
        oddFields: {
          featuredImageUrl: false,
          categories: { 0: 3, 2: 5 },
          percent_complete: '85 %',
          last_accessed_on: { at: 1 },
        },
      },
    },
  });
  try {
    const noted: Record<string, string> = {};
    for (const source of ['openedx', 'khalibre', 'academyofmine'])
      for (const kind of ['catalog', 'consumption'] as const) {
        const run = await bridge.sync(kind, { source });
        expect([source, kind, run.state, run.counts.quarantined]).toEqual([source, kind, 'succeeded', 0]);
        expect(run.counts.sent).toBeGreaterThan(0);
        noted[`${source} ${kind}`] = run.notes
          .map(noteText)
          .filter((note) => note.includes('cannot be read'))
          .join();
      }
    expect(noted).toMatchObject({
      'openedx catalog': expect.stringMatching(/^end cannot be read as a date \(\d+ rows\)$/),
      'khalibre catalog': expect.stringMatching(/^description cannot be read \(\d+ rows\)$/),
      'academyofmine catalog': '',
      'academyofmine consumption': expect.stringMatching(/^last_accessed_on cannot be read \(\d+ rows\)$/),
    });
  } finally {
    await bridge.stop();
  }
}, 60_000);
