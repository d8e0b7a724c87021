import { startKhalibre, type Khalibre } from '../../../sandbox/khalibre';
import { statuses } from '../../../sandbox/khalibre/options';
import { startSandbox } from '../../../sandbox/sandbox';
import { sandboxSettings } from '../../../sandbox/settings';
import { call, postForm, postJson, type Reply } from '../calls';

const now = Date.UTC(2026, 0, 1);
let khalibre: Khalibre;
let headers: Record<string, string>;
const root = '/o/kh-gateway/lms/v1.1';
const get = (path: string): Promise<Reply> => call(khalibre.url + path, { headers });

async function token(more: Record<string, string> = {}): Promise<Reply> {
  const { clientId, clientSecret } = khalibre.state.options;
  return postForm(`${khalibre.url}/o/oauth2/token`, {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    ...more,
  });
}

beforeEach(async () => {
  khalibre = await startKhalibre({ clock: () => now });
  headers = { Authorization: `Bearer ${(await token()).body.access_token}` };
});
afterEach(() => khalibre.stop());

test('the token endpoint takes client credentials and says nested or flat why not', async () => {
  expect((await token()).body).toMatchObject({ token_type: 'Bearer', expires_in: 600 });
  const nested = await token({ client_secret: 'wrong' });
  expect([nested.status, nested.body.error.error]).toEqual([401, 'invalid_client']);
  khalibre.state.options.tokenErrors = 'flat';
  expect((await token({ client_secret: 'wrong' })).body.error).toBe('invalid_client');
  expect((await token({ grant_type: 'password' })).status).toBe(400);
});

test('nothing is given without a token that is good', async () => {
  expect((await call(`${khalibre.url}${root}/courses`)).status).toBe(401);
  await call(`${khalibre.url}/_sandbox/tokens/revoke`, { method: 'POST' });
  expect((await get(`${root}/courses`)).status).toBe(401);
});

test('courses come in Liferay pages of ten, public ones of the visibility API alone', async () => {
  const { body } = await get(`${root}/courses`);
  const listed = khalibre.state.listed();
  expect(listed.length).toBeLessThan(khalibre.state.courses.size);
  expect(body).toMatchObject({ actions: {}, facets: [], page: 1, pageSize: 10, totalCount: listed.length });
  expect(body.items).toHaveLength(10);
  expect(body.lastPage).toBe(Math.ceil(listed.length / 10));
  expect((await get(`${root}/courses?page=99`)).body.items).toEqual([]);
  expect((await get(`${root}/courses?page=0`)).status).toBe(400);
  const all = (await get(`${root}/courses?pageSize=500`)).body.items;
  expect(new Set(all.map((course: { languages: string[] }) => course.languages[0])).size).toBeGreaterThan(3);
  expect(all.some((course: { isVisible: boolean }) => !course.isVisible)).toBe(true);
});

test('v1.0 is the same without isVisible', async () => {
  const { body } = await get('/o/kh-gateway/lms/v1.0/courses?pageSize=500');
  expect(body.items).toHaveLength(khalibre.state.listed().length);
  expect(body.items[0]).not.toHaveProperty('isVisible');
});

test('one course; drafts, private and unknown ones are 404', async () => {
  const [course] = khalibre.state.listed();
  expect((await get(`${root}/course/${course!.id}`)).body).toMatchObject({ courseId: course!.id });
  khalibre.state.putCourse({ id: course!.id, state: 'draft' });
  expect((await get(`${root}/course/${course!.id}`)).status).toBe(404);
  expect((await get(`${root}/course/x`)).status).toBe(404);
});

test('progress by course and by address agree; some learners are in two communities', async () => {
  const course = khalibre.state.listed().find(({ communities }) => communities.length > 1)!;
  const { body } = await get(`${root}/progress/course/${course.id}?pageSize=500`);
  expect(body.totalCount).toBeGreaterThan(10);
  const byAddress = new Map<string, number>();
  for (const { emailAddress } of body.items)
    byAddress.set(emailAddress, (byAddress.get(emailAddress) ?? 0) + 1);
  const [twice] = [...byAddress].find(([, rows]) => rows === 2)!;
  const mine = await get(`${root}/progress/learner?pageSize=500&learnerEmail=${encodeURIComponent(twice)}`);
  const here = mine.body.items.filter((row: { courseId: number }) => row.courseId === course.id);
  expect(here).toEqual(body.items.filter((row: { emailAddress: string }) => row.emailAddress === twice));
  expect((await get(`${root}/progress/learner`)).status).toBe(400);
});

test('there are hundreds of learners, all at example.com, and statuses that nobody knows', async () => {
  const { progress } = khalibre.state;
  expect(new Set(progress.map(({ email }) => email)).size).toBeGreaterThan(200);
  expect(progress.every(({ email }) => email.endsWith('@example.com'))).toBe(true);
  const codes = new Set(progress.map(({ status }) => status.code));
  for (const { code } of Object.values(statuses)) expect(codes).toContain(code);
});

test.each([
  ['iso', '2026-01-01T00:00:00Z'],
  ['space', '2026-01-01 00:00:00.0'],
  ['java', 'Thu Jan 01 00:00:00 UTC 2026'],
  ['millis', String(now)],
] as const)('dates can be written as %s, ids as texts', async (dates, text) => {
  Object.assign(khalibre.state.options, { dates, ids: 'string' });
  khalibre.state.putCourse({ id: 5000, title: 'New' });
  expect((await get(`${root}/course/5000`)).body).toMatchObject({ courseId: '5000', modifiedDate: text });
});

test('a booking is 204 and shows as progress; a second one, and nonsense, are refused', async () => {
  khalibre.state.putCourse({ id: 5000, title: 'New', end: null, communities: [55] });
  const book = (body: object) => postJson(`${khalibre.url}${root}/course/booking`, body, headers);
  const booking = { communityId: 55, courseId: 5000, learnerEmail: 'ann@example.com' };
  const booked = await book(booking);
  expect([booked.status, booked.body]).toEqual([204, '']);
  const { body } = await get(`${root}/progress/course/5000`);
  expect(body.items).toMatchObject([{ emailAddress: 'ann@example.com', status: 0, community: { id: 55 } }]);
  expect((await book(booking)).status).toBe(409);
  expect((await book({ ...booking, communityId: 56 })).status).toBe(400);
  expect((await book({ ...booking, courseId: '5000' })).status).toBe(400);
  expect((await book({ ...booking, courseId: 1 })).status).toBe(404);
  expect((await book({ ...booking, learnerEmail: '' })).status).toBe(400);
});

test('the control API changes courses and progress', async () => {
  await postJson(`${khalibre.url}/_sandbox/courses`, { put: [{ id: 5000, title: 'New' }] });
  await postJson(`${khalibre.url}/_sandbox/progress`, { put: [{ courseId: 5000, email: 'a@example.com' }] });
  expect((await get(`${root}/progress/course/5000`)).body.totalCount).toBe(1);
  await postJson(`${khalibre.url}/_sandbox/courses`, { remove: [5000] });
  expect((await get(`${root}/course/5000`)).status).toBe(404);
  const refused = await postJson(`${khalibre.url}/_sandbox/webhook`, { url: 'x' });
  expect([refused.status, refused.body.error]).toEqual([400, 'url is no URL']);
});

test('the same seed gives the same data', async () => {
  const again = await startKhalibre({ clock: () => now });
  expect([...again.state.courses.values()]).toEqual([...khalibre.state.courses.values()]);
  expect(again.state.progress).toEqual(khalibre.state.progress);
  await again.stop();
});

test('a sandbox has one when asked, and settings that lead to it', async () => {
  const sandbox = await startSandbox({ openEdx: { courses: 1, grades: 0 }, khalibre: { courses: 2 } });
  expect(sandboxSettings(sandbox)).toMatchObject({
    LMS_SOURCES: 'openedx,khalibre',
    LMS__khalibre__kind: 'khalibre',
    LMS__khalibre__baseUrl: sandbox.khalibre!.url,
    LMS__khalibre__sourceSystemId: '17',
  });
  await sandbox.stop();
});
