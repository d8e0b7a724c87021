import { startKhalibre, type Khalibre } from '../../../sandbox/khalibre';
import type { KhalibreSettings } from '../../../src/lib/sources/khalibre/settings';
import { createSource } from '../../../src/lib/sources/registry';
import type { CatalogFeed, ListingPage, ScannedFeed } from '../../../src/lib/sources/source';
import { failure, testDeps } from '../../http/client-builder';
import { inTurn, json, TestServer } from '../../http/test-server';
import { khalibreSettings } from './settings';

const call = { signal: new AbortController().signal };
let server: TestServer | undefined;
let khalibre: Khalibre | undefined;
afterEach(async () => {
  await server?.stop();
  await khalibre?.stop();
  server = khalibre = undefined;
});

function feeds(baseUrl: string, more: Partial<KhalibreSettings> = {}) {
  const source = createSource(khalibreSettings(baseUrl, more), testDeps());
  return { catalog: source.catalog as CatalogFeed, scan: source.consumption as ScannedFeed };
}

/** A Khalibre that gives a token, then these answers. */
async function answering(answers: Parameters<typeof inTurn>, more: Partial<KhalibreSettings> = {}) {
  server = await TestServer.start(inTurn(json({ access_token: 't', expires_in: 600 }), ...answers));
  return feeds(server.origin, more);
}

const page = (items: unknown[], more: object = {}) =>
  json({
    actions: {},
    facets: [],
    items,
    lastPage: 1,
    page: 1,
    pageSize: 100,
    totalCount: items.length,
    ...more,
  });
const course = { courseId: 1201, title: 'Fire safety' };

async function all<T>(read: (cursor: string | undefined) => Promise<ListingPage<T>>) {
  const pages: ListingPage<T>[] = [];
  let cursor: string | undefined;
  do {
    const one = await read(cursor);
    pages.push(one);
    cursor = one.next;
  } while (cursor !== undefined);
  return { pages, rows: pages.flatMap(({ rows }) => rows), notes: pages.flatMap(({ notes }) => notes ?? []) };
}

describe('the catalog', () => {
  it('asks for a token in the form, escaped, and carries nothing of it on', async () => {
    const { catalog } = await answering([page([course])]);
    await catalog.page(undefined, call);
    expect(server!.seen[0]).toMatchObject({
      method: 'POST',
      path: '/o/oauth2/token',
      body: 'grant_type=client_credentials&client_id=lms-bridge&client_secret=sandbox%2Bkhalibre%2Fsecret%3D%3D',
    });
    expect(server!.seen[1]).toMatchObject({ method: 'GET', path: '/o/kh-gateway/lms/v1.1/courses' });
    expect(server!.seen[1]!.query.toString()).toBe('page=1&pageSize=100');
    expect(server!.seen[1]!.headers.authorization).toBe('Bearer t');
    for (const name of ['client_id', 'client_secret', 'host_name'])
      expect(server!.seen[1]!.headers).not.toHaveProperty(name);
  });

  it('can be asked for under the older version', async () => {
    const { catalog } = await answering([page([course])], { apiVersion: 'v1.0' });
    await catalog.page(undefined, call);
    expect(server!.seen[1]!.path).toBe('/o/kh-gateway/lms/v1.0/courses');
  });

  it('leaves hidden courses out, and out of the total', async () => {
    khalibre = await startKhalibre();
    const { catalog } = feeds(khalibre.url, { pageSize: 7 });
    const { rows, pages } = await all((cursor) => catalog.page(cursor, call));
    const visible = khalibre.state.listed().filter((one) => one.visible);
    expect(rows.map(({ key }) => key)).toEqual(visible.map(({ id }) => String(id)));
    expect(pages.at(-1)!.total).toBe(visible.length);
    const hidden = khalibre.state.listed().find((one) => !one.visible)!;
    expect(await catalog.read(String(hidden.id), call)).toBeUndefined();
  });

  it.each(['iso', 'space', 'java', 'millis'] as const)(
    'is the same with dates as %s and ids as texts',
    async (dates) => {
      khalibre = await startKhalibre();
      const { catalog } = feeds(khalibre.url);
      const records = async () =>
        (await all((cursor) => catalog.page(cursor, call))).rows.map((row) => row.ok && row.record);
      const plain = await records();
      Object.assign(khalibre.state.options, { dates, ids: 'string' });
      expect(await records()).toEqual(plain);
    },
  );

  it('ends at an empty page that was promised rows, and says so', async () => {
    const { catalog } = await answering([
      page([course], { lastPage: 3, totalCount: 3 }),
      page([], { lastPage: 3, page: 2, totalCount: 3 }),
    ]);
    const { notes, pages } = await all((cursor) => catalog.page(cursor, call));
    expect(notes).toEqual([{ text: 'page 2 of 3 was empty: the rest was not read' }]);
    expect(pages.at(-1)!.total).toBe(3);
  });

  it.each([
    ['has no items where there should be some', json({ lastPage: 2 }), /unknown shape at \$\.items/],
    ['has no items and counts some', json({ lastPage: 1, totalCount: 3 }), /unknown shape at \$\.items/],
    ['has no last page', json({ items: [] }), /\$\.lastPage/],
    ['is a bare list', json([course]), /unknown shape/],
    ['is an error in disguise', json({ error: 'x' }), /\$\.lastPage/],
    ['is another page', page([course], { page: 4 }), /page 4 where page 1/],
  ])('is an error when a page %s', async (_, answer, message) => {
    const { catalog } = await answering([answer]);
    const error = await failure(catalog.page(undefined, call));
    expect(error.name).toBe('PayloadError');
    expect(error.message).toMatch(message);
    expect(error.message).toContain('source khalibre');
  });

  it('is an error when the server does not heed the page', async () => {
    khalibre = await startKhalibre({ honourPage: false });
    const { catalog } = feeds(khalibre.url, { pageSize: 7 });
    expect(await failure(all((cursor) => catalog.page(cursor, call)))).toMatchObject({
      name: 'PayloadError',
    });
    await answering([page([course], { lastPage: 9 }), page([course], { lastPage: 9, page: undefined })]);
    const silent = feeds(server!.origin).catalog;
    const error = await failure(all((cursor) => silent.page(cursor, call)));
    expect(error.message).toContain('gave the same rows as page 1 and as page 2');
  });

  it.each([
    [404, 'RefusedError', /check LMS__khalibre__baseUrl, LMS__khalibre__apiVersion/],
    [403, 'AuthError', /check Settings > API Integrations .*LMS__khalibre__clientId/],
  ])('says what to do when refused with %d', async (status, name, message) => {
    const { catalog } = await answering([json({}, status)]);
    const error = await failure(catalog.page(undefined, call));
    expect(error).toMatchObject({ name, status });
    expect(error.message).toMatch(message);
  });
});

describe('one course', () => {
  it('is undefined when gone, unmapped when bad, an error when it is another one', async () => {
    const { catalog } = await answering([
      json({}, 404),
      json({ courseId: 1201 }),
      json({ ...course, courseId: 7 }),
      json([]),
      json({ ...course, courseId: '1201' }),
    ]);
    const read = () => catalog.read('1201', call);
    expect(await read()).toBeUndefined();
    expect(await read()).toMatchObject({ ok: false, key: '1201' });
    expect(await failure(read())).toMatchObject({ name: 'PayloadError' });
    expect(await failure(read())).toMatchObject({ name: 'PayloadError' });
    expect(await read()).toMatchObject({ ok: true, record: { id: '1201' } });
    expect(server!.seen[1]!.path).toBe('/o/kh-gateway/lms/v1.1/course/1201');
  });
});

describe('progress', () => {
  it('is read for every listed course, hidden and bad ones included', async () => {
    const { scan } = await answering([
      page([course, { courseId: 7, isVisible: false }, { courseId: '8' }, {}, null]),
    ]);
    expect(await scan.courses(undefined, call)).toEqual({
      ids: ['1201', '7', '8'],
      next: undefined,
      notes: [{ text: 'a course is left out, since its id cannot be read', rows: 2 }],
    });
  });

  it('of a course names each learner and community once, and the statuses nobody knows', async () => {
    khalibre = await startKhalibre();
    const { scan } = feeds(khalibre.url, { pageSize: 11, statuses: { exempted: 'Completed' } });
    const expected = khalibre.state.progress;
    const odd = khalibre.state
      .listed()
      .find(({ id }) => expected.some((row) => row.courseId === id && row.status.code === 7))!;
    const { rows, notes } = await all((cursor) => scan.page(String(odd.id), cursor, call));
    const mine = expected.filter((row) => row.courseId === odd.id);
    expect(rows.map(({ key }) => key)).toEqual(
      mine.map((row) => `${row.email}\t${row.courseId}\t${row.communityId}`),
    );
    expect(new Set(notes.map(({ text }) => text))).toEqual(new Set(['unknown status 7 "On hold"']));
  });

  it('of a learner is read by address, in all courses', async () => {
    khalibre = await startKhalibre();
    const { scan } = feeds(khalibre.url, { pageSize: 2 });
    const listed = new Set(khalibre.state.listed().map(({ id }) => id));
    const { email } = khalibre.state.progress.find((row) => listed.has(row.courseId))!;
    const mine = khalibre.state.progress.filter((row) => row.email === email && listed.has(row.courseId));
    const { rows } = await all((cursor) => scan.learnerPage!(email, cursor, call));
    expect(rows.map((row) => row.ok && row.record.courseId)).toEqual(mine.map((row) => String(row.courseId)));
  });

  it('of a course or learner that is gone is an empty page; one that goes while it is read ends, and says so', async () => {
    const { scan } = await answering([
      json({}, 404),
      json({}, 404),
      page([{ emailAddress: 'a@example.com' }], { lastPage: 2 }),
      json({}, 404),
    ]);
    expect((await scan.page('1', undefined, call)).rows).toEqual([]);
    expect((await scan.learnerPage!('a@example.com', undefined, call)).rows).toEqual([]);
    const { next } = await scan.page('1', undefined, call);
    expect(await scan.page('1', next, call)).toMatchObject({
      rows: [],
      next: undefined,
      notes: [{ text: 'page 2 was promised and does not exist' }],
    });
  });
});
