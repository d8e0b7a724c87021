import type { Answer } from '../../src/lib/api/answer';
import { parseBody, parseQuery } from '../../src/lib/api/requests';
import { askSource } from '../../src/lib/api/sources/ask-source';
import { getCourse, listCourses } from '../../src/lib/api/sources/courses';
import { getLearner, listEntities, listLearners } from '../../src/lib/api/sources/directory';
import { listSources } from '../../src/lib/api/sources/list';
import { searchProgress } from '../../src/lib/api/sources/progress';
import { learnersQuery, pageQuery, progressSearch } from '../../src/lib/api/sources/requests';
import type { App } from '../../src/lib/app';
import { type Bridge, startBridge } from '../setup/bridge';

let bridge: Bridge;
/** The same sandbox, with Open edX read course by course. */
let stock: App;
beforeAll(async () => {
  bridge = await startBridge({
    sandbox: {
      khalibre: { courses: 20, learners: 40 },
      academy: { courses: 15, learners: 20 },
      tBook: { learners: 25 },
    },
  });
  stock = bridge.another({}, { LMS__openedx__grades: 'courses' });
});
afterAll(() => bridge.stop());
afterEach(() => {
  for (const { server } of [bridge.sandbox.openEdx, bridge.sandbox.tBook!]) server.faults.set();
});

interface Page {
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

const read = (answer: Answer): Page & Record<string, unknown> =>
  JSON.parse(answer.body ?? '') as Page & Record<string, unknown>;

type Query = Readonly<Record<string, string>>;
type Ask = (query: Query) => Promise<Answer>;

const courses =
  (id: string, app = bridge.app): Ask =>
  async (query) => {
    const asked = parseQuery(pageQuery, new URLSearchParams(query));
    return asked.ok ? listCourses(app, id, asked.value) : asked.answer;
  };
const learners =
  (id: string): Ask =>
  async (query) => {
    const asked = parseQuery(learnersQuery, new URLSearchParams(query));
    return asked.ok ? listLearners(bridge.app, id, asked.value) : asked.answer;
  };
const entities =
  (id: string): Ask =>
  async (query) => {
    const asked = parseQuery(pageQuery, new URLSearchParams(query));
    return asked.ok ? listEntities(bridge.app, id, asked.value) : asked.answer;
  };
async function progress(id: string, body: object, app = bridge.app): Promise<Answer> {
  const asked = parseBody(progressSearch, JSON.stringify(body));
  return asked.ok ? searchProgress(app, id, asked.value) : asked.answer;
}

/** All pages of a list, first to last. */
async function pages(ask: Ask, query: Query): Promise<Page[]> {
  const all: Page[] = [];
  for (let next: string | undefined = ''; next !== undefined;) {
    const answer = await ask({ ...query, ...(next && { next }) });
    if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.body}`);
    all.push(read(answer));
    next = all.at(-1)?.next;
  }
  return all;
}

const searchPages = (id: string, body: object, app?: App): Promise<Page[]> =>
  pages((query) => progress(id, { ...body, ...query }, app), {});

describe('the list of sources', () => {
  const none = { link: false, ltiLaunch: false };
  const taken = { enrol: true, remove: true };

  test('tells what each can do', () => {
    expect(read(listSources(bridge.app)).sources).toEqual([
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
    const answer = listSources(app);
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
    const all = (await pages(courses(id), { limit: '5' })).flatMap((page) => page.courses ?? []);
    expect(all.map((course) => course.id).sort()).toEqual(seen[id]!().sort());
    const [first] = all;
    const one = await getCourse(bridge.app, id, first!.id);
    expect([one.status, read(one)]).toEqual([200, first]);
  });

  test('are asked for as many at a time as the caller says', async () => {
    const { requests } = bridge.sandbox.openEdx.server;
    requests.clear();
    await pages(courses('openedx'), { limit: '7' });
    expect(requests.to('/api/courses/').map(({ query }) => query.page_size)).toEqual(['7', '7']);
  });

  test('that cannot be read are counted, and the reason told', async () => {
    const state = bridge.sandbox.khalibre!.state;
    const [course] = state.listed().filter(({ visible }) => visible);
    const { title, classTitle } = course!;
    state.putCourse({ id: course!.id, title: '', classTitle: '' });
    const page = read(await courses('khalibre')({ limit: '200' }));
    const one = await getCourse(bridge.app, 'khalibre', String(course!.id));
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
    expect((await getCourse(bridge.app, id, courseId)).status).toBe(404),
  );

  test('that are hidden are 404', async () => {
    const { state } = bridge.sandbox.openEdx;
    const id = [...state.courses.keys()][0] ?? '';
    state.putCourse({ id, hidden: true });
    expect((await getCourse(bridge.app, 'openedx', id)).status).toBe(404);
    state.putCourse({ id, hidden: false });
  });

  test('are not had of a source without a catalog', async () => {
    for (const answer of [await courses('tbook')({}), await getCourse(bridge.app, 'tbook', '1')])
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
    expect(bad(await courses('openedx')({ next }))).toEqual([400, 'next']);
    expect(bridge.sandbox.openEdx.server.requests.total).toBe(before);
  });

  test('is that of another source, another list, or other filters', async () => {
    const { next = '' } = read(await learners('tbook')({ limit: '2', entityId: '24' }));
    expect(next).not.toBe('');
    expect(bad(await learners('academyofmine')({ next, entityId: '24' }))).toEqual([400, 'next']);
    expect(bad(await entities('tbook')({ next }))).toEqual([400, 'next']);
    expect(bad(await learners('tbook')({ next, entityId: '25' }))).toEqual([400, 'next']);
    expect(bad(await learners('tbook')({ next, entityId: '24', limit: '3' }))).toEqual([400, 'limit']);
    expect((await learners('tbook')({ next, entityId: '24', limit: '2' })).status).toBe(200);
  });
});

describe('learners and entities', () => {
  test.each([
    ['academyofmine', () => bridge.sandbox.academy!.state.users.size],
    ['tbook', () => bridge.sandbox.tBook!.state.learners.size],
  ])('of %s come page by page, each once, and are read one by one', async (id, size) => {
    const all = (await pages(learners(id), { limit: '8' })).flatMap((page) => page.learners ?? []);
    expect([all.length, new Set(all.map((one) => one.id)).size]).toEqual([size(), size()]);
    const one = await getLearner(bridge.app, id, all[0]!.id);
    expect([one.status, read(one).id]).toEqual([200, all[0]!.id]);
    expect((await getLearner(bridge.app, id, '999999')).status).toBe(404);
    const parts = (await pages(entities(id), { limit: '2' })).flatMap((page) => page.entities ?? []);
    expect(parts.length).toBeGreaterThan(1);
  });

  test('of one entity', async () => {
    const some = (await pages(learners('tbook'), { entityId: '24' })).flatMap((page) => page.learners ?? []);
    expect(new Set(some.map(({ entityId }) => entityId))).toEqual(new Set(['24']));
    expect((await learners('tbook')({ entityId: '999' })).status).toBe(404);
    const refused = await learners('academyofmine')({ entityId: '1' });
    expect([refused.status, read(refused).errors?.[0]?.field]).toEqual([422, 'entityId']);
  });

  test.each(['openedx', 'khalibre'])('are not told by %s', async (id) => {
    for (const answer of [
      await learners(id)({}),
      await getLearner(bridge.app, id, '1'),
      await entities(id)({}),
    ])
      expect([answer.status, read(answer).detail]).toEqual([
        501,
        expect.stringMatching(new RegExp(`^The source ${id} .*does not tell`)) as unknown,
      ]);
  });

  test('are not told where the settings leave out the operation', async () => {
    const operations = {
      ...(JSON.parse(bridge.env.LMS__academyofmine__operations ?? '') as object),
      ...{ 'users.list': null, 'portals.list': null },
    };
    const app = bridge.another({}, { LMS__academyofmine__operations: JSON.stringify(operations) });
    expect((await listLearners(app, 'academyofmine', {})).status).toBe(501);
    expect((await listEntities(app, 'academyofmine', {})).status).toBe(501);
  });
});

describe('results', () => {
  test('of a windowed source come by time, in a window that stays', async () => {
    const { openEdx } = bridge.sandbox;
    openEdx.server.requests.clear();
    const found = await searchPages('openedx', { limit: 60 });
    expect(found.flatMap((page) => page.progress ?? [])).toHaveLength([...openEdx.state.grades].length);
    const asked = openEdx.server.requests.to('/user_grades/').filter(({ query }) => query.page_size === '60');
    expect(asked.map(({ query }) => query.page)).toEqual(found.map((_, i) => String(i + 1)));
    expect(new Set(asked.map(({ query }) => query.end_date)).size).toBe(1);
  });

  test('of a windowed source of some time, course and learner: pages may be empty and go on', async () => {
    const grades = [...bridge.sandbox.openEdx.state.grades];
    const one = grades.at(-1)!;
    const body = { courseId: one.courseId, learner: one.learner.email.toUpperCase(), limit: 50 };
    const found = await searchPages('openedx', body);
    expect(found.flatMap((page) => page.progress ?? [])).toEqual([
      expect.objectContaining({ courseId: one.courseId, email: one.learner.email }),
    ]);
    expect(found.some(({ progress, next }) => progress?.length === 0 && next !== undefined)).toBe(true);
    const times = grades.map(({ modified }) => modified).sort((a, b) => a - b);
    const middle = times[150]!;
    const later = await searchPages('openedx', { from: new Date(middle).toISOString(), limit: 200 });
    const count = later.flatMap((page) => page.progress ?? []).length;
    expect(count).toBe(times.filter((at) => at >= Math.floor(middle / 1000) * 1000).length);
  });

  test.each(['khalibre', 'academyofmine'])('of %s come by course, by learner, or both', async (id) => {
    const rows =
      id === 'khalibre'
        ? bridge.sandbox
            .khalibre!.state.progress.filter(({ courseId }) =>
              bridge.sandbox.khalibre!.state.listed().some((course) => course.id === courseId),
            )
            .map(({ courseId, email }) => ({ courseId: String(courseId), email }))
        : [...bridge.sandbox.academy!.state.enrolments.values()].map(({ courseId, userId }) => ({
            courseId: String(courseId),
            email: bridge.sandbox.academy!.state.users.get(userId)!.email,
          }));
    const { courseId, email: learner } = rows[0]!;
    const inCourse = (await searchPages(id, { courseId, limit: 3 })).flatMap((page) => page.progress ?? []);
    expect(inCourse).toHaveLength(rows.filter((row) => row.courseId === courseId).length);
    const ofLearner = (await searchPages(id, { learner, limit: 3 })).flatMap((page) => page.progress ?? []);
    expect(ofLearner).toHaveLength(rows.filter((row) => row.email === learner).length);
    const both = (await searchPages(id, { courseId, learner, limit: 3 })).flatMap(
      (page) => page.progress ?? [],
    );
    expect(both.length).toBeGreaterThan(0);
    for (const row of both) expect(row).toMatchObject({ courseId, email: learner });
  });

  test('of a stock Open edX come by course alone', async () => {
    const { courseId, learner } = [...bridge.sandbox.openEdx.state.grades][0]!;
    const rows = await searchPages('openedx', { courseId, limit: 10 }, stock);
    expect(rows.flatMap((page) => page.progress ?? [])).toHaveLength(
      bridge.sandbox.openEdx.state.grades.ofCourse(courseId).length,
    );
    const one = await searchPages('openedx', { courseId, learner: learner.email, limit: 10 }, stock);
    expect(one.flatMap((page) => page.progress ?? [])).toHaveLength(1);
  });

  test.each([
    ['stock', { learner: 'ann@example.com' }, 'learner'],
    ['stock', {}, 'courseId'],
    ['khalibre', {}, 'courseId'],
    ['khalibre', { courseId: '1', from: '2026-01-01' }, 'from'],
    ['academyofmine', { courseId: '1', to: '2026-01-01' }, 'to'],
    ['openedx', { from: '2026-02-01', to: '2026-01-01' }, 'to'],
  ])('that %s cannot be asked for are 422: %j', async (id, body, field) => {
    const answer = id === 'stock' ? await progress('openedx', body, stock) : await progress(id, body);
    expect([answer.status, read(answer).errors?.[0]?.field]).toEqual([422, field]);
  });

  test('that cannot be read are counted', async () => {
    const { openEdx } = bridge.sandbox;
    const modified = Date.parse('2014-01-01T00:00:00Z');
    openEdx.state.grade({ email: 'bad.row@example.com', courseId: 'x', percent: 'much' as never, modified });
    const answer = await progress('openedx', { to: '2014-06-01', limit: 10 });
    expect(read(answer)).toMatchObject({ progress: [], unreadable: 1 });
    expect(answer.body).not.toContain('bad.row');
  });

  test('are not published by T-book; a course that is gone has none', async () => {
    expect((await progress('tbook', { courseId: '1' })).status).toBe(501);
    expect(read(await progress('khalibre', { courseId: '999999' })).progress).toEqual([]);
  });

  test('are to be kept by nobody, and next does not name the learner', async () => {
    const { learner } = [...bridge.sandbox.openEdx.state.grades][0]!;
    const answer = await progress('openedx', { learner: learner.email, limit: 1 });
    expect(answer.headers['cache-control']).toBe('no-store');
    const next = Buffer.from(read(answer).next ?? '', 'base64url').toString('utf8');
    expect(next).not.toBe('');
    expect(next).not.toContain('@');
  });
});

describe('what goes wrong', () => {
  test('an unknown source is 404', async () => {
    for (const answer of [
      await courses('nobody')({}),
      await getCourse(bridge.app, 'nobody', '1'),
      await learners('nobody')({}),
      await entities('nobody')({}),
      await progress('nobody', { courseId: '1' }),
    ])
      expect(answer.status).toBe(404);
  });

  test('wrong settings are 500, each named', async () => {
    const app = bridge.another(
      {},
      {
        LMS_SOURCES: `${bridge.env.LMS_SOURCES},broken`,
        LMS__broken__kind: 'khalibre',
        LMS__broken__sourceSystemId: '9',
      },
    );
    const answer = await courses('broken', app)({});
    expect([answer.status, read(answer).errors?.map(({ setting }) => setting)]).toEqual([
      500,
      expect.arrayContaining(['LMS__broken__baseUrl']) as unknown,
    ]);
  });

  test('an answer that is none is 502, as is one that is refused; a list that is not there names the setting', async () => {
    const { faults } = bridge.sandbox.tBook!.server;
    faults.set({ rate: 1, kinds: ['login-page'], paths: ['/getEntities'] });
    expect((await entities('tbook')({})).status).toBe(502);
    const lost = bridge.another({}, { LMS__tbook__baseUrl: `${bridge.sandbox.tBook!.url}/elsewhere` });
    const answer = await listEntities(lost, 'tbook', {});
    expect([answer.status, read(answer).detail]).toEqual([
      502,
      expect.stringContaining('LMS__tbook__baseUrl') as unknown,
    ]);
    const wrong = bridge.another({}, { LMS__tbook__clientSecret: 'wrong' });
    expect((await listEntities(wrong, 'tbook', {})).status).toBe(502);
  });

  test('a vendor that cannot be reached is 503', async () => {
    const app = bridge.another({}, { LMS__khalibre__baseUrl: 'http://127.0.0.1:9' });
    const answer = await courses('khalibre', app)({});
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '30']);
  });

  test('a vendor that does not answer in time is 504', async () => {
    const { faults } = bridge.sandbox.openEdx.server;
    faults.set({ rate: 1, kinds: ['hang-before'], paths: ['/api/courses/'] });
    const answer = await askSource(
      { app: bridge.app, id: 'openedx', deadline: 300 },
      async (source, call) => {
        await source.catalog!.page(undefined, call);
        throw new Error('It answered');
      },
    );
    expect([answer.status, read(answer).detail]).toEqual([
      504,
      'The source openedx gave no full answer within 0.3 s; try again later, or ask for fewer with limit',
    ]);
  });

  test('a pause that the vendor asks for is 503, with as many seconds', async () => {
    const other = await startBridge({ sandbox: { tBook: { learners: 3 } } });
    other.sandbox.tBook!.server.faults.set({
      rate: 1,
      kinds: ['429-seconds'],
      retryAfterSeconds: 300,
      paths: ['/getEntities'],
    });
    const answer = await listEntities(other.app, 'tbook', {});
    await other.stop();
    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(290);
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(301);
  });
});
