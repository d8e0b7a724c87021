import type { Answer } from '../../src/lib/api/answer';
import type { Bridge } from '../setup/bridge';
import {
  course as askCourse,
  sources as askSources,
  courses,
  entities,
  learners,
  pages,
  read,
  toAllVendors,
} from './asked';

let bridge: Bridge;
beforeAll(async () => {
  bridge = await toAllVendors();
});
afterAll(() => bridge.stop());

describe('the list of sources', () => {
  const none = { link: false, ltiLaunch: false };
  const taken = { enrol: true, remove: true };

  test('tells what each can do', () => {
    expect(read(askSources(bridge.app)).sources).toEqual([
      {
        ...{ id: 'openedx', sourceKind: 'open-edx', sourceSystemId: '16', enabled: true },
        capabilities: {
          catalog: true,
          consumption: { type: 'windowed', byLearner: false },
          enrolments: { enrol: false, remove: false },
          learners: false,
          entities: false,
          signIns: none,
          webhooks: false,
        },
      },
      {
        ...{ id: 'khalibre', sourceKind: 'khalibre', sourceSystemId: '17', enabled: true },
        capabilities: {
          catalog: true,
          consumption: { type: 'scanned', byLearner: true },
          enrolments: { enrol: true, remove: false },
          learners: false,
          entities: false,
          signIns: none,
          webhooks: true,
        },
      },
      {
        ...{ id: 'academyofmine', sourceKind: 'academy-of-mine', sourceSystemId: '18', enabled: true },
        capabilities: {
          catalog: true,
          consumption: { type: 'scanned', byLearner: true },
          enrolments: taken,
          learners: true,
          entities: true,
          signIns: none,
          webhooks: true,
        },
      },
      {
        ...{ id: 'tbook', sourceKind: 't-book', sourceSystemId: '19', enabled: true },
        capabilities: {
          catalog: false,
          consumption: null,
          enrolments: taken,
          learners: true,
          entities: true,
          signIns: { link: true, ltiLaunch: true },
          webhooks: false,
        },
      },
    ]);
  });

  test('names what is wrong with a source, and no secret; the others stay as they are', () => {
    const secret = 'hush-hush-hush';
    const app = bridge.another(
      {},
      {
        LMS_SOURCES: `${bridge.env.LMS_SOURCES},broken,unread`,
        LMS__broken__kind: 'khalibre',
        LMS__broken__clientSecret: secret,
        LMS__unread__kind: 'open-edx',
        LMS__unread__baseUrl: 'https://lms.example.com',
        LMS__unread__sourceSystemId: '9',
        LMS__unread__grades: 'courses',
        LMS__unread__accessToken: secret,
        LMS__unread__addresses: '/nowhere/addresses.csv',
      },
    );
    const answer = askSources(app);
    const sources = read(answer).sources as Record<string, unknown>[];
    expect(sources[0]).toHaveProperty('capabilities');
    expect(sources[4]).toEqual({
      id: 'broken',
      problems: expect.arrayContaining([
        { setting: 'LMS__broken__baseUrl', message: expect.stringMatching(/^is missing/) as unknown },
      ]) as unknown,
    });
    expect(sources[5]).toMatchObject({
      id: 'unread',
      sourceKind: 'open-edx',
      problems: [{ setting: 'LMS__unread__addresses' }],
    });
    expect(answer.body).not.toContain(secret);
  });
});

describe('courses', () => {
  const seen: Record<string, () => string[]> = {
    openedx: () =>
      [...bridge.sandbox.openEdx.state.courses.values()].filter(({ hidden }) => !hidden).map(({ id }) => id),
    khalibre: () =>
      bridge.sandbox
        .khalibre!.state.listed()
        .filter(({ visible }) => visible)
        .map(({ id }) => String(id)),
    academyofmine: () => bridge.sandbox.academy!.state.published().map(({ id }) => String(id)),
  };

  test.each(Object.keys(seen))('of %s come page by page, each once, and are read one by one', async (id) => {
    const all = (await pages(courses(bridge.app, id), { limit: '5' })).flatMap((page) => page.courses ?? []);
    expect(all.map((course) => course.id).sort()).toEqual(seen[id]!().sort());
    const [first] = all;
    const one = await askCourse(bridge.app, id, first!.id);
    expect([one.status, read(one)]).toEqual([200, first]);
  });

  test('are asked for as many at a time as the caller says', async () => {
    const { requests } = bridge.sandbox.openEdx.server;
    requests.clear();
    await pages(courses(bridge.app, 'openedx'), { limit: '7' });
    expect(requests.to('/api/courses/').map(({ query }) => query.page_size)).toEqual(['7', '7']);
  });

  test('that cannot be read are counted, and the reason told', async () => {
    const state = bridge.sandbox.khalibre!.state;
    const [course] = state.listed().filter(({ visible }) => visible);
    const { title, classTitle } = course!;
    state.putCourse({ id: course!.id, title: '', classTitle: '' });
    const page = read(await courses(bridge.app, 'khalibre')({ limit: '200' }));
    const one = await askCourse(bridge.app, 'khalibre', String(course!.id));
    state.putCourse({ id: course!.id, title, classTitle });
    expect(page).toMatchObject({ unreadable: 1, notes: ['the course has no title (1 row)'] });
    expect([one.status, read(one).detail]).toEqual([
      502,
      'The source khalibre has a course that cannot be read: the course has no title',
    ]);
  });

  test.each([
    ['openedx', 'course-v1:ExampleX+gone+2026'],
    ['khalibre', '999999'],
    ['academyofmine', '999999'],
    ['academyofmine', 'lp-..'],
    ['openedx', '..'],
    ['openedx', ''],
  ])('that %s does not have are 404: "%s"', async (id, courseId) =>
    expect((await askCourse(bridge.app, id, courseId)).status).toBe(404),
  );

  test('that are hidden are 404', async () => {
    const { state } = bridge.sandbox.openEdx;
    const id = [...state.courses.keys()][0] ?? '';
    state.putCourse({ id, hidden: true });
    expect((await askCourse(bridge.app, 'openedx', id)).status).toBe(404);
    state.putCourse({ id, hidden: false });
  });

  test('are not had of a source without a catalog', async () => {
    for (const answer of [await courses(bridge.app, 'tbook')({}), await askCourse(bridge.app, 'tbook', '1')])
      expect([answer.status, read(answer).detail]).toEqual([
        501,
        'The source tbook (t-book) publishes no catalog',
      ]);
  });
});

describe('a next that is not ours', () => {
  const bad = (answer: Answer) => [answer.status, read(answer).errors?.[0]?.field];
  const made = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');

  test.each([
    'https://elsewhere.example.com/?page=2',
    '2',
    '%',
    made(['sum', 50, '2']),
    made(['sum', 50, 'https://elsewhere.example.com/']),
    made({}),
    made(null),
  ])('is 400, and no vendor is asked: %s', async (next) => {
    const before = bridge.sandbox.openEdx.server.requests.total;
    expect(bad(await courses(bridge.app, 'openedx')({ next }))).toEqual([400, 'next']);
    expect(bridge.sandbox.openEdx.server.requests.total).toBe(before);
  });

  test('is that of another source, another list, or other filters', async () => {
    const { next = '' } = read(await learners(bridge.app, 'tbook')({ limit: '2', entityId: '24' }));
    expect(next).not.toBe('');
    expect(bad(await learners(bridge.app, 'academyofmine')({ next, entityId: '24' }))).toEqual([400, 'next']);
    expect(bad(await entities(bridge.app, 'tbook')({ next }))).toEqual([400, 'next']);
    expect(bad(await learners(bridge.app, 'tbook')({ next, entityId: '25' }))).toEqual([400, 'next']);
    expect(bad(await learners(bridge.app, 'tbook')({ next, entityId: '24', limit: '3' }))).toEqual([
      400,
      'limit',
    ]);
    expect((await learners(bridge.app, 'tbook')({ next, entityId: '24', limit: '2' })).status).toBe(200);
  });
});
