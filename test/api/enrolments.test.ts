import type { Answer } from '../../src/lib/api/answer';
import { answerFor } from '../../src/lib/api/answer';
import { enrolmentRequest, postEnrolment } from '../../src/lib/api/enrolments';
import { parseBody } from '../../src/lib/api/requests';
import { type Bridge, startBridge } from '../setup/bridge';

let bridge: Bridge;
beforeAll(async () => {
  bridge = await startBridge({ sandbox: { khalibre: { courses: 20, learners: 40 } } });
});
afterAll(() => bridge.stop());

/** As the function does it. */
async function post(body: unknown, key?: string): Promise<Answer> {
  const asked = parseBody(enrolmentRequest, JSON.stringify(body));
  if (!asked.ok) return asked.answer;
  return postEnrolment(bridge.app, asked.value, key).catch(answerFor);
}
const detail = (answer: Answer) => (JSON.parse(answer.body ?? '{}') as { detail?: string }).detail ?? '';

const khalibre = () => bridge.sandbox.khalibre!.state;
/** A course that can be booked now, in so many communities. */
function course(communities: number) {
  const found = khalibre()
    .listed()
    .find(
      (one) =>
        one.visible && one.communities.length === communities && (one.end === null || one.end > Date.now()),
    );
  if (!found) throw new Error('the sandbox has no such course');
  return found;
}
const bookings = () =>
  bridge.sandbox.khalibre!.server.requests.to('/course/booking').filter(({ method }) => method === 'POST')
    .length;

test('books a learner; the community may be left out when there is just one', async () => {
  const { id, communities } = course(1);
  const email = 'New.Learner@example.com';
  const answer = await post({
    source: 'khalibre',
    courseId: String(id),
    learner: { email, firstName: 'New' },
  });
  expect(answer.status).toBe(201);
  expect(khalibre().find(id, email.toLowerCase(), communities[0]!)).toBeDefined();
});

test('a course in several communities wants one named', async () => {
  const answer = await post({
    source: 'khalibre',
    courseId: String(course(2).id),
    learner: { email: 'two@example.com' },
  });
  expect(answer.status).toBe(422);
  expect(detail(answer)).toMatch(/several communities; choose one of/);
});

test('a repeat with the same Idempotency-Key books nothing again, and gets the first answer', async () => {
  const body = {
    source: 'khalibre',
    courseId: String(course(1).id),
    learner: { email: 'repeat@example.com' },
  };
  const first = await post(body, 'key-1');
  const before = bookings();
  const second = await post(body, 'key-1');
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.body).toBe(first.body);
  expect(second.headers['idempotency-replayed']).toBe('true');
  expect(bookings()).toBe(before);
  const other = await post({ ...body, learner: { email: 'another@example.com' } }, 'key-1');
  expect(other.status).toBe(422);
});

test('two at once with one key book once', async () => {
  const body = {
    source: 'khalibre',
    courseId: String(course(1).id),
    learner: { email: 'at.once@example.com' },
  };
  const before = bookings();
  const answers = await Promise.all([post(body, 'key-2'), post(body, 'key-2')]);
  // The other one is told that the first is under way, or gets its answer.
  expect(answers.map(({ status }) => status)).toContain(201);
  for (const { status } of answers) expect([201, 409]).toContain(status);
  expect(bookings()).toBe(before + 1);
});

test('a course that is not there is 404, one that is over 409, with the vendor’s own reason and no address', async () => {
  const missing = await post({
    source: 'khalibre',
    courseId: '999999',
    learner: { email: 'x@example.com' },
    communityId: '55',
  });
  expect(missing.status).toBe(404);
  const { id, communities } = course(1);
  khalibre().putCourse({ id, end: Date.now() - 1_000 });
  const over = await post({
    source: 'khalibre',
    courseId: String(id),
    learner: { email: 'late@example.com' },
    communityId: String(communities[0]),
  });
  expect(over.status).toBe(409);
  expect(detail(over)).toContain('The course is over');
  expect(detail(over)).not.toContain('@');
});

test('a source that takes none is 501; a field that is wrong is named', async () => {
  const learner = { email: 'x@example.com' };
  expect((await post({ source: 'openedx', courseId: 'a', learner })).status).toBe(501);
  const wrong = await post({ source: 'khalibre', courseId: '1', learner: { email: 'nobody' } });
  expect(wrong.status).toBe(400);
  expect(detail(wrong)).toMatch(/^learner\.email: /);
  expect((await post({ source: 'nobody', courseId: '1', learner })).status).toBe(422);
});
