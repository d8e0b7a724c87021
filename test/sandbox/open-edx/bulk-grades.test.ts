import { startOpenEdx, type OpenEdx } from '../../../sandbox/open-edx';
import { call, signIn, type Reply } from '../calls';

const start = Date.UTC(2026, 0, 1);
let now = start;
let edx: OpenEdx;
let get: (path: string) => Promise<Reply>;
const courseId = 'course-v1:edX+T1+2026';

beforeEach(async () => {
  now = start;
  edx = await startOpenEdx({ clock: () => now, grades: 500, courses: 20 });
  get = await signIn(edx);
});
afterEach(() => edx.stop());

const bulk = (query: Record<string, string> = {}) =>
  get(`/api/grades/v1/user_grades/?${new URLSearchParams({ username: 'all', ...query }).toString()}`);
const names = (reply: Reply): string[] => reply.body.results.map((row: { username: string }) => row.username);
const at = (time: string, email: string) =>
  edx.state.grade({ email, courseId, percent: 0.7, modified: Date.parse(time) });

test('rows have the form of the fork, and following next sees each once', async () => {
  const seen = new Set<string>();
  let reply = await bulk({ page_size: '100' });
  expect(reply.body.pagination).toMatchObject({ count: 500, num_pages: 5, previous: null });
  expect(Object.keys(reply.body.results[0]).sort()).toEqual(
    ['course_key', 'letter_grade', 'passed', 'percent', 'username'].sort(),
  );
  for (;;) {
    for (const row of reply.body.results) seen.add(`${row.username} ${row.course_key}`);
    const { next } = reply.body.pagination;
    if (next === null) break;
    reply = await get(next.slice(edx.url.length));
  }
  expect(seen.size).toBe(500);
  expect([...seen].every((key) => key.includes('@example.com '))).toBe(true);
});

test('page sizes: ten unless asked, at most the maximum, ignored when so told', async () => {
  expect((await bulk()).body.results).toHaveLength(10);
  edx.state.options.gradesMaxPageSize = 50;
  expect((await bulk({ page_size: '100' })).body.results).toHaveLength(50);
  edx.state.options.honourPageSize = false;
  expect((await bulk({ page_size: '1' })).body.results).toHaveLength(10);
  expect((await bulk({ page: '51' })).status).toBe(404);
});

test.each([
  '2026-01-01T00:00:00Z',
  '2026-01-01T00:00:00.5',
  '2026-01-01 00:00:00',
  '2026-02-31',
  'x',
  '2026-01-01T24:00:00',
])('the date %s is 400 date_filter_format', async (text) => {
  const { status, body } = await bulk({ start_date: text });
  expect([status, body.error_code]).toEqual([400, 'date_filter_format']);
});

test('bounds are inclusive or exclusive, as set, and a day is its midnight', async () => {
  at('2026-03-01T00:00:00Z', 'first@example.com');
  at('2026-03-01T12:00:00Z', 'middle@example.com');
  at('2026-03-02T00:00:00Z', 'last@example.com');
  const window = { start_date: '2026-03-01', end_date: '2026-03-02T00:00:00' };
  expect(names(await bulk(window))).toEqual(['first@example.com', 'middle@example.com', 'last@example.com']);
  edx.state.options.startBound = 'exclusive';
  expect(names(await bulk(window))).toEqual(['middle@example.com', 'last@example.com']);
  edx.state.options.endBound = 'exclusive';
  expect(names(await bulk(window))).toEqual(['middle@example.com']);
});

test('times without a zone are read in the server’s zone, daylight saving and all', async () => {
  edx.state.options.timeZone = 'America/New_York';
  at('2026-07-01T04:00:00Z', 'summer@example.com');
  at('2026-12-01T05:00:00Z', 'winter@example.com');
  expect(names(await bulk({ start_date: '2026-07-01', end_date: '2026-07-01' }))).toEqual([
    'summer@example.com',
  ]);
  expect(names(await bulk({ start_date: '2026-12-01', end_date: '2026-12-01' }))).toEqual([
    'winter@example.com',
  ]);
  // 01:30 comes twice on 1 November; the first is meant.
  at('2026-11-01T05:30:00Z', 'twice@example.com');
  const repeated = '2026-11-01T01:30:00';
  expect(names(await bulk({ start_date: repeated, end_date: repeated }))).toEqual(['twice@example.com']);
});

test('orders: by modification, by id, or another one each call', async () => {
  const moved = edx.state.grades.at(3)!;
  edx.state.grade({ email: moved.learner.email, courseId: moved.courseId, percent: 1 });
  const all = async () => names(await bulk({ page_size: '100', page: '5' })).join();
  const first = async () => names(await bulk({ page_size: '100' }));
  expect((await all()).endsWith(moved.learner.email)).toBe(true);
  edx.state.options.order = 'id';
  expect((await first())[3]).toBe(moved.learner.email);
  expect(await all()).toBe(await all());
  edx.state.options.order = 'unstable';
  expect(await all()).not.toBe(await all());
});

test('a row that is changed leaves the window in which it was', async () => {
  const window = { end_date: '2025-12-31T23:59:59' };
  const before = (await bulk(window)).body.pagination.count;
  now += 60_000;
  await call(`${edx.url}/_sandbox/regrade`, { method: 'POST', body: '{"count":3}' });
  const after = (await bulk(window)).body.pagination.count;
  expect(before - after).toBeGreaterThanOrEqual(1);
  expect((await bulk()).body.pagination.count).toBe(500);
});

test('rows may carry plain usernames', async () => {
  edx.state.options.usernames = 'plain';
  expect(names(await bulk()).every((name) => !name.includes('@'))).toBe(true);
});

test('who may not is told so; a missing API key counts as may not', async () => {
  const path = '/api/grades/v1/user_grades/?username=all';
  expect((await call(`${edx.url}${path}`)).status).toBe(401);
  edx.state.options.apiKey = 'key';
  expect((await bulk()).body.error_code).toBe('user_does_not_have_access');
  edx.state.options.apiKey = undefined;
  edx.state.options.bulkAdmin = false;
  expect((await bulk()).status).toBe(403);
  edx.state.options.bulkGrades = false;
  expect((await bulk()).status).toBe(404);
});

test('one learner’s grades are a bare array', async () => {
  const row = edx.state.grades.at(0)!;
  const { body } = await get(`/api/grades/v1/user_grades/?username=${row.learner.username}`);
  expect(body[0]).toMatchObject({ user: row.learner.username, course_key: row.courseId });
  expect((await get('/api/grades/v1/user_grades/?username=nobody')).body.error_code).toBe(
    'user_does_not_exist',
  );
});

test('a change can be made between two pages', async () => {
  edx.server.onRequest = (request) => {
    if (request.query.get('page') === '2') edx.state.regrade(1);
  };
  const first = await bulk({ end_date: '2025-12-31T23:59:59' });
  const second = await bulk({ end_date: '2025-12-31T23:59:59', page: '2' });
  expect(second.body.pagination.count).toBe(first.body.pagination.count - 1);
});
