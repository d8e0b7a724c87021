import { utc, type Window } from '../../../src/lib/domain/time';
import { SettingsError } from '../../../src/lib/errors';
import type { OpenEdxSettings } from '../../../src/lib/sources/open-edx/settings';
import { createSource } from '../../../src/lib/sources/registry';
import type { CatalogFeed, ScannedFeed, WindowedFeed } from '../../../src/lib/sources/source';
import { failure, testDeps, testSecret } from '../../http/client-builder';
import { inTurn, json, TestServer } from '../../http/test-server';
import { openEdxSettings } from './settings';

let server: TestServer;
afterEach(() => server?.stop());
const call = { signal: new AbortController().signal };
const at = (text: string) => utc(Date.parse(text));
const window: Window = { from: at('2026-07-01T00:00:00Z'), to: at('2026-07-02T00:00:00Z') };

type Answers = Parameters<typeof inTurn>;
const addressOf = (username: string) => (username === 'ann' ? 'ann@example.com' : undefined);

async function openEdx(answers: Answers, more: Partial<OpenEdxSettings> = {}) {
  server = await TestServer.start(inTurn(...answers));
  const source = createSource(openEdxSettings(server.origin, more), { ...testDeps(), addressOf });
  return {
    catalog: source.catalog as CatalogFeed,
    bulk: source.consumption as WindowedFeed,
    scan: source.consumption as ScannedFeed,
  };
}

const list = (results: unknown[], pagination: object = {}) =>
  json({
    results,
    pagination: { count: results.length, num_pages: 1, next: null, previous: null, ...pagination },
  });
const course = { id: 'course-v1:edX+toy+1', name: 'Toy', hidden: true };
const grade = {
  username: 'ann@example.com',
  course_key: course.id,
  passed: true,
  percent: 1,
  letter_grade: 'Pass',
};

describe('the catalog', () => {
  it('is read by page number, as the service user, bad rows apart', async () => {
    const next = 'http://ignored.invalid/api/courses/v1/courses/?page=2';
    const { catalog } = await openEdx(
      [list([]), list([course, { id: 'x' }], { count: 3, next }), list([course])],
      {
        username: 'service',
      },
    );
    await catalog.page(undefined, call);
    // Whatever host the link names, only its page counts.
    expect((await catalog.page('1', call)).next).toBe('2');
    const { rows, next: last } = await catalog.page('2', call);
    expect([rows.length, last]).toEqual([1, undefined]);
    expect(server.seen.map(({ path, query }) => `${path}?${query.toString()}`)).toEqual([
      '/api/courses/v1/courses/?page=1&page_size=100&username=service',
      '/api/courses/v1/courses/?page=1&page_size=100&username=service',
      '/api/courses/v1/courses/?page=2&page_size=100&username=service',
    ]);
  });

  it('says how many there are and where the next page starts', async () => {
    const { catalog } = await openEdx([
      list([course, {}], { count: 3, next: '/api/courses/v1/courses/?page=2' }),
    ]);
    const page = await catalog.page(undefined, call);
    expect(page).toMatchObject({ next: '2', total: 3, rows: [{ ok: true, key: course.id }, { ok: false }] });
  });

  it.each([
    ['sends the reader in circles', list([course], { next: '/x?page=1' }), /another page than 2/],
    ['names an empty page', list([course], { next: '/x?page=' }), /another page than 2/],
    ['counts in words', list([course], { count: 'many' }), /\$\.pagination\.count/],
    ['has no envelope', json([course]), /unknown shape/],
  ])('is an error when a page %s', async (_, answer, message) => {
    const { catalog } = await openEdx([answer]);
    const error = await failure(catalog.page(undefined, call));
    expect(error.name).toBe('PayloadError');
    expect(error.message).toMatch(message);
    expect(error.message).toContain('source openedx');
  });

  it('ends where a promised page is absent, goes on when a link names no page', async () => {
    const { catalog } = await openEdx([json({ detail: 'Not found.' }, 404), list([course], { next: '/x' })]);
    expect(await catalog.page('3', call)).toMatchObject({ rows: [], next: undefined, absent: true });
    expect(await catalog.page('3', call)).toMatchObject({ next: '4' });
  });

  it('is an error when its first page is absent, and when the user may not list', async () => {
    const { catalog } = await openEdx([json({}, 404), json({}, 403)]);
    expect(await failure(catalog.page(undefined, call))).toMatchObject({ name: 'RefusedError' });
    const error = await failure(catalog.page(undefined, call));
    expect(error).toMatchObject({ name: 'AuthError', status: 403 });
    expect(error.message).toContain('LMS__openedx__username');
  });
});

describe('one course', () => {
  it('is read by its encoded key, hidden or not', async () => {
    const { catalog } = await openEdx([json({ ...course, overview: '<p>' })]);
    expect(await catalog.read(course.id, call)).toMatchObject({ ok: true, record: { id: course.id } });
    expect(server.seen[0]?.path).toBe('/api/courses/v1/courses/course-v1%3AedX%2Btoy%2B1/');
  });

  it('is undefined when gone, unmapped when bad, an error when it is another one', async () => {
    const { catalog } = await openEdx([
      json({ developer_message: 'x' }, 404),
      json({ id: course.id }),
      json({ ...course, id: 'other' }),
      json([]),
    ]);
    expect(await catalog.read(course.id, call)).toBeUndefined();
    expect(await catalog.read(course.id, call)).toMatchObject({ ok: false, key: course.id });
    expect(await failure(catalog.read(course.id, call))).toMatchObject({ name: 'PayloadError' });
    expect(await failure(catalog.read(course.id, call))).toMatchObject({ name: 'PayloadError' });
  });
});

describe('bulk grades', () => {
  it('are asked for a window in the zone of the server', async () => {
    const { bulk } = await openEdx([list([grade, {}], { count: 250, num_pages: 3, next: '/x?page=3' })], {
      timeZone: 'America/New_York',
      pageSize: 50,
    });
    const page = await bulk.page(window, 2, call);
    expect(page).toMatchObject({ count: 250, pages: 3, rows: [{ ok: true }, { ok: false }] });
    expect(bulk).toMatchObject({ type: 'windowed', timeZone: 'America/New_York', pageSize: 50 });
    expect(server.seen[0]?.path).toBe('/api/grades/v1/user_grades/');
    expect(Object.fromEntries(server.seen[0]?.query ?? [])).toEqual({
      username: 'all',
      start_date: '2026-06-30T20:00:00',
      end_date: '2026-07-01T20:00:00',
      page: '2',
      page_size: '50',
    });
  });

  it('are counted with the smallest page and the clock of the server', async () => {
    const date = 'Sun, 01 Mar 2026 12:00:00 GMT';
    const pagination = { count: 944, num_pages: 944, next: '/x?page=2' };
    const { bulk } = await openEdx([json({ results: [grade], pagination }, 200, { date })]);
    expect(await bulk.count(undefined, call)).toEqual({ count: 944, serverTime: '2026-03-01T12:00:00Z' });
    expect(Object.fromEntries(server.seen[0]?.query ?? [])).toEqual({
      username: 'all',
      page: '1',
      page_size: '1',
    });
  });

  it('cannot be counted by a server that does not tell the time', async () => {
    const { bulk } = await openEdx([
      (response) => {
        response.sendDate = false;
        list([])(response);
      },
    ]);
    expect((await failure(bulk.count(undefined, call))).message).toContain('without a Date header');
  });

  it('have no page that is past the end', async () => {
    const { bulk } = await openEdx([json({ detail: 'Invalid page.' }, 404)]);
    expect(await bulk.page(window, 9, call)).toBeUndefined();
  });

  it('take no notice of the address in a next link', async () => {
    const { bulk } = await openEdx([list([grade], { next: 'https://evil.example.com/x?page=2' })]);
    expect((await bulk.page(window, 1, call))?.rows).toHaveLength(1);
  });

  it.each([
    [403, 'user_does_not_have_access', 'AuthError', /superuser whose name is BULK_GRADES_API_ADMIN_USERNAME/],
    [400, 'date_filter_format', 'RefusedError', /LMS__openedx__timeZone/],
    [404, undefined, 'RefusedError', /set LMS__openedx__grades to courses/],
  ])('say what to do when refused with %d', async (status, error_code, name, message) => {
    const { bulk } = await openEdx([json({ error_code }, status)]);
    const error = await failure(bulk.page(window, 1, call));
    expect(error).toMatchObject({ name, status });
    expect(error.message).toMatch(message);
  });
});

describe('grades course by course', () => {
  const row = {
    username: 'ann',
    email: '',
    course_id: course.id,
    passed: false,
    percent: 0.5,
    letter_grade: null,
  };

  it('are read for the courses of the catalog, bad ones included', async () => {
    const bad = { course_id: 'course-v1:edX+bad+1' };
    const { scan } = await openEdx([list([course, bad, {}], { next: '/x?page=2' })], { grades: 'courses' });
    expect(await scan.courses(undefined, call)).toEqual({
      ids: [course.id, bad.course_id],
      next: '2',
      notes: [{ text: 'a course is left out, since its id cannot be read', rows: 1 }],
    });
  });

  it('follow the cursor, not the number of rows', async () => {
    const next = '/api/grades/v1/courses/?cursor=cD0y&course_id=x';
    const { scan } = await openEdx(
      [json({ next, previous: null, results: [] }), json({ next: null, results: [row] })],
      {
        grades: 'courses',
      },
    );
    const first = await scan.page(course.id, undefined, call);
    expect(first).toEqual({ rows: [], next: 'cD0y' });
    const { rows } = await scan.page(course.id, first.next, call);
    expect(rows[0]).toMatchObject({ ok: true, record: { email: 'ann@example.com', username: 'ann' } });
    expect(Object.fromEntries(server.seen[1]?.query ?? [])).toEqual({
      course_id: course.id,
      page_size: '100',
      cursor: 'cD0y',
    });
  });

  it('of a course that is gone are an empty page, and of a missing API an error', async () => {
    const { scan } = await openEdx(
      [json({ error_code: 'course_does_not_exist' }, 404), json({}, 404), json({}, 403)],
      { grades: 'courses' },
    );
    expect(await scan.page(course.id, undefined, call)).toEqual({ rows: [], next: undefined });
    expect((await failure(scan.page(course.id, undefined, call))).message).toContain(
      'check LMS__openedx__baseUrl',
    );
    expect((await failure(scan.page(course.id, undefined, call))).message).toContain('global staff');
  });
});

describe('credentials', () => {
  it('are exchanged for a JWT and sent as such, with the API key', async () => {
    const { catalog } = await openEdx(
      [json({ access_token: 'eyJ', expires_in: 3600, token_type: 'JWT' }), list([])],
      {
        clientId: 'id',
        clientSecret: testSecret('s3cret'),
        apiKey: testSecret('k1', 'LMS__openedx__apiKey'),
      },
    );
    await catalog.page(undefined, call);
    expect(server.seen[0]).toMatchObject({
      method: 'POST',
      path: '/oauth2/access_token',
      body: 'grant_type=client_credentials&client_id=id&client_secret=s3cret&token_type=jwt',
    });
    expect(server.seen[1]?.headers).toMatchObject({ authorization: 'JWT eyJ', 'x-edx-api-key': 'k1' });
  });

  it('may be a given token', async () => {
    const { catalog } = await openEdx([list([])], { accessToken: testSecret('abc') });
    await catalog.page(undefined, call);
    expect(server.seen[0]?.headers.authorization).toBe('Bearer abc');
  });
});

it('is made by the registry, which names the setting of an unknown kind', () => {
  const settings = openEdxSettings('https://lms.example.com', { kind: 'constructor' });
  expect(() => createSource(settings, testDeps())).toThrow(SettingsError);
  expect(() => createSource(settings, testDeps())).toThrow(/LMS__openedx__kind is not .*open-edx/);
});
