import { startOpenEdx, type OpenEdx } from '../../../sandbox/open-edx';
import { realThrottle } from '../../../sandbox/open-edx/options';
import { call, signIn, type Reply } from '../calls';

const now = Date.UTC(2026, 0, 1);
let edx: OpenEdx;
let get: (path: string) => Promise<Reply>;

beforeEach(async () => {
  edx = await startOpenEdx({ clock: () => now, grades: 0, courses: 240 });
  get = await signIn(edx);
});
afterEach(() => edx.stop());

const list = '/api/courses/v1/courses/';

test('pages have the envelope of Open edX, ten rows unless asked, a hundred at most', async () => {
  const { body, headers } = await get(`${list}?username=bridge&page=2`);
  expect(body.results).toHaveLength(10);
  expect(body.pagination).toEqual({
    count: 234,
    num_pages: 24,
    previous: `${edx.url}${list}?username=bridge`,
    next: `${edx.url}${list}?page=3&username=bridge`,
  });
  expect(headers.get('date')).toBe('Thu, 01 Jan 2026 00:00:00 GMT');
  const large = await get(`${list}?page_size=500`);
  expect(large.body.results).toHaveLength(100);
  expect((await get(`${list}?page_size=x`)).body.results).toHaveLength(10);
});

test('a page past the end, or no page at all, is 404', async () => {
  for (const page of ['25', '0', 'x']) {
    const { status, body } = await get(`${list}?username=bridge&page=${page}`);
    expect([status, body]).toEqual([404, { developer_message: 'Invalid page.' }]);
  }
});

test('staff sees more with its own name than anybody without, whatever the token', async () => {
  const count = async (query: string) => (await get(`${list}?${query}`)).body.pagination.count;
  const anonymous = (await call(`${edx.url}${list}`)).body.pagination.count;
  expect(await count('username=bridge')).toBe(234);
  expect(anonymous).toBeLessThan(234);
  expect(await count('')).toBe(anonymous);
  expect(await count('username=somebody')).toBe(anonymous);
  edx.state.options.staff = false;
  expect(await count('username=bridge')).toBe(anonymous);
  expect((await get(`${list}?username=somebody`)).status).toBe(403);
  expect((await call(`${edx.url}${list}?username=bridge`)).status).toBe(403);
});

test('a token that is wrong fails, though anonymous callers are welcome', async () => {
  const { status } = await call(`${edx.url}${list}`, { headers: { Authorization: 'JWT nonsense' } });
  expect(status).toBe(401);
});

test('org filters without regard to case', async () => {
  const { body } = await get(`${list}?org=CONTOSOU&page_size=100`);
  expect(body.pagination.count).toBeGreaterThan(5);
  expect(new Set(body.results.map((course: { org: string }) => course.org))).toEqual(new Set(['ContosoU']));
});

test('one course has its overview; hidden, removed and unknown ones are 404', async () => {
  const [visible] = [...edx.state.courses.values()].filter((course) => !course.hidden && !course.staffOnly);
  const path = `${list}${encodeURIComponent(visible!.id)}/`;
  const { body } = await get(path);
  expect(body).toMatchObject({ id: visible!.id, course_id: visible!.id, name: visible!.name });
  expect(body.overview).toContain('<section');
  edx.state.putCourse({ id: visible!.id, hidden: true });
  expect((await get(`${path}?username=bridge`)).status).toBe(404);
  edx.state.options.staffSeesHidden = true;
  expect((await get(`${path}?username=bridge`)).body.hidden).toBe(true);
  expect((await get(path)).status).toBe(404);
  edx.state.removeCourse(visible!.id);
  expect((await get(`${path}?username=bridge`)).status).toBe(404);
});

test('the course list throttles each user by the minute, staff less, with Retry-After', async () => {
  expect(realThrottle).toEqual({ user: 20, staff: 40 });
  edx.state.options.courseListPerMinute = { user: 1, staff: 2 };
  const visitor = (): Promise<number> => fetch(`${edx.url}${list}`).then(({ status }) => status);
  expect([await visitor(), await visitor()]).toEqual([200, 429]);
  expect((await get(list)).status).toBe(200);
  expect((await get(list)).status).toBe(200);
  const third = await get(list);
  expect([third.status, third.headers.get('retry-after')]).toEqual([429, '60']);
  const developer_message = 'Request was throttled. Expected available in 60 seconds.';
  expect(third.body).toEqual({ developer_message });
  edx.state.options.throttleNamesWait = false;
  const older = await get(list);
  expect([older.status, older.headers.get('retry-after'), older.body]).toEqual([
    429,
    null,
    { developer_message },
  ]);
});

test('links can lead to another origin', async () => {
  edx.state.options.linksTo = 'https://elsewhere.example.com';
  const { body } = await get(list);
  expect(body.pagination.next).toBe(`https://elsewhere.example.com${list}?page=2`);
});

test('the same seed gives the same courses: several languages, some nulls, some hidden', async () => {
  const again = await startOpenEdx({ clock: () => now, grades: 0, courses: 240 });
  const courses = [...edx.state.courses.values()];
  expect([...again.state.courses.values()]).toEqual(courses);
  await again.stop();
  expect(courses.filter((course) => course.hidden)).toHaveLength(6);
  expect(courses.some((course) => course.end === null)).toBe(true);
  expect(courses.some((course) => !course.image)).toBe(true);
  expect(courses.some((course) => /[\u3040-\u30ff]/.test(course.name))).toBe(true);
});
