import { startOpenEdx, type OpenEdx } from '../../../sandbox/open-edx';
import { call, signIn, type Reply } from '../calls';

let edx: OpenEdx;
let get: (path: string) => Promise<Reply>;
let courseId: string;

beforeEach(async () => {
  edx = await startOpenEdx({ grades: 600, learners: 300, courses: 4 });
  get = await signIn(edx);
  courseId = [...edx.state.courses.keys()][0]!;
});
afterEach(() => edx.stop());

const path = '/api/grades/v1/courses/';
const byQuery = (query = '') => get(`${path}?course_id=${encodeURIComponent(courseId)}${query}`);

test('a cursor leads through all rows of the course, forwards and back, without a count', async () => {
  const expected = edx.state.grades.ofCourse(courseId).map((row) => row.learner.username);
  expect(expected.length).toBeGreaterThan(50);
  const seen: string[] = [];
  let reply = await byQuery();
  expect(Object.keys(reply.body).sort()).toEqual(['next', 'previous', 'results']);
  expect(reply.body.results).toHaveLength(50);
  const first = reply.body.results;
  for (;;) {
    seen.push(...reply.body.results.map((row: { username: string }) => row.username));
    if (seen.length === 100) {
      const back = await get(reply.body.previous.slice(edx.url.length));
      expect(back.body.results).toEqual(first);
    }
    if (reply.body.next === null) break;
    reply = await get(reply.body.next.slice(edx.url.length));
  }
  expect(seen).toEqual(expected);
});

test('the path form answers the same, and page_size has no maximum', async () => {
  const large = await byQuery('&page_size=1000');
  expect(large.body.next).toBeNull();
  const form = await get(`${path}${encodeURIComponent(courseId)}/?page_size=1000`);
  expect(form.body.results).toEqual(large.body.results);
  expect((await byQuery('&page_size=x')).body.results).toHaveLength(50);
});

test('rows whose grade cannot be computed are dropped from their page', async () => {
  edx.state.failing.add(edx.state.grades.ofCourse(courseId)[0]!.id);
  const { body } = await byQuery();
  expect(body.results).toHaveLength(49);
  expect(body.next).not.toBeNull();
});

test('no letter is null, and addresses can be left out', async () => {
  edx.state.options.courseGradeEmails = 'none';
  const { body } = await byQuery('&page_size=1000');
  expect(new Set(body.results.map((row: { email: string }) => row.email))).toEqual(new Set(['']));
  expect(new Set(body.results.map((row: { letter_grade: string | null }) => row.letter_grade))).toEqual(
    new Set([null, 'Pass']),
  );
});

test('one learner is a bare array; who is not there is told apart from who is not enrolled', async () => {
  const { learner } = edx.state.grades.ofCourse(courseId)[0]!;
  const one = await byQuery(`&username=${learner.username}`);
  expect(one.body).toMatchObject([{ username: learner.username, course_id: courseId }]);
  expect((await byQuery('&username=bridge')).body.error_code).toBe('user_not_enrolled');
  expect((await byQuery('&username=nobody')).body.error_code).toBe('user_does_not_exist');
});

test('errors: unreadable keys (a bare plus among them), unknown courses, students, strangers', async () => {
  expect((await get(`${path}?course_id=${courseId}`)).body.error_code).toBe('invalid_course_key');
  const unknown = encodeURIComponent('course-v1:a+b+c');
  expect((await get(`${path}?course_id=${unknown}`)).body.error_code).toBe('course_does_not_exist');
  expect((await byQuery('&cursor=AAAA')).status).toBe(404);
  expect((await call(`${edx.url}${path}?course_id=${unknown}`)).status).toBe(401);
  edx.state.options.staff = false;
  expect((await byQuery()).status).toBe(403);
});
