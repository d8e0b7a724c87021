import { startKhalibre, type Khalibre } from '../../../sandbox/khalibre';
import { createSource } from '../../../src/lib/sources/registry';
import type { Enrolment } from '../../../src/lib/sources/source';
import { failure, testDeps } from '../../http/client-builder';
import { inTurn, json, TestServer } from '../../http/test-server';
import { khalibreSettings } from './settings';

const call = { signal: new AbortController().signal };
const learner = { email: 'Ann@example.com', firstName: 'Ann', lastName: 'Lee' };
let khalibre: Khalibre;
beforeEach(async () => {
  khalibre = await startKhalibre({ courses: 3, learners: 5 });
  khalibre.state.putCourse({ id: 5000, title: 'One', end: null, communities: [57] });
  khalibre.state.putCourse({ id: 5001, title: 'Two', end: null, communities: [55, 56] });
});
afterEach(() => khalibre.stop());

const enrol = (more: Partial<Enrolment> = {}, baseUrl = khalibre.url) =>
  createSource(khalibreSettings(baseUrl), testDeps()).enrolments!.enrol(
    { courseId: '5000', learner, ...more },
    call,
  );
const posts = () => khalibre.server.requests.to('/course/booking').length;
const found = () => khalibre.state.progress.filter(({ courseId }) => courseId >= 5000);

test('a learner is booked into the only community of a course', async () => {
  expect(await enrol()).toEqual({ enrolled: true });
  expect(found()).toMatchObject([
    { courseId: 5000, communityId: 57, email: 'Ann@example.com', firstName: 'Ann', lastName: 'Lee' },
  ]);
});

test('of several communities one must be named, and the choices are', async () => {
  const error = await failure(enrol({ courseId: '5001' }));
  expect(error).toMatchObject({ name: 'InputError', field: 'communityId' });
  expect(error.message).toContain('choose one of 55 (Staff), 56 (Partners)');
  expect(await enrol({ courseId: '5001', communityId: '56' })).toEqual({ enrolled: true });
  expect(found()).toMatchObject([{ communityId: 56 }]);
});

test.each([
  [{ courseId: '4711' }, 'courseId', /has no course 4711/],
  [{ courseId: 'x/y' }, 'courseId', /must be a number/],
  [{ communityId: '57}' }, 'communityId', /must be a number/],
  [{ learner: { email: 'nobody' } }, 'learner.email', /must be a mail address/],
])('what cannot be asked for names its field (%#)', async (more, field, message) => {
  const error = await failure(enrol(more));
  expect(error).toMatchObject({ name: 'InputError', field });
  expect(error.message).toMatch(message);
  expect(posts()).toBe(0);
});

test('a course without a community wants one to be named', async () => {
  khalibre.state.putCourse({ id: 5000, communities: [] });
  expect(await failure(enrol())).toMatchObject({ name: 'InputError', field: 'communityId' });
});

test('a refusal has the vendor’s reason without the address', async () => {
  khalibre.state.putCourse({ id: 5000, end: 0 });
  const error = await failure(enrol());
  expect(error).toMatchObject({
    name: 'RefusedError',
    status: 409,
    reason: 'The course is over: … cannot be booked',
  });
  expect(error.message).toBe(
    'source khalibre refused the booking (409): The course is over: … cannot be booked',
  );
});

test('who is booked already stays so, without another call', async () => {
  await enrol();
  expect(await enrol()).toEqual({ enrolled: true });
  expect(await enrol({ learner: { email: 'ann@EXAMPLE.com' } })).toEqual({ enrolled: true });
  expect(posts()).toBe(1);
});

test('after a call whose answer is lost the learner is looked for, and not booked again', async () => {
  khalibre.server.faults.set({
    rate: 1,
    kinds: ['500', 'reset-in-body', 'empty-200'],
    paths: ['/course/booking'],
    afterEffect: true,
  });
  expect(await enrol()).toEqual({ enrolled: true });
  expect([posts(), found().length]).toEqual([1, 1]);
});

test('a booking that did not happen is not repeated unasked', async () => {
  khalibre.server.faults.set({ rate: 1, kinds: ['reset-before'], paths: ['/course/booking'], count: 1 });
  const error = await failure(enrol());
  expect(error).toMatchObject({ name: 'RetryableError' });
  expect(error.message).toContain('it does not show there; try again');
  expect(posts()).toBe(1);
  expect(await enrol()).toEqual({ enrolled: true });
});

test('when it cannot be looked up either, that is said', async () => {
  khalibre.server.faults.set([
    { rate: 1, kinds: ['reset-before'], paths: ['/course/booking'] },
    { rate: 1, kinds: ['500'], paths: ['/progress/learner'], skip: 1 },
  ]);
  const error = await failure(enrol());
  expect(error.message).toContain('look there before you try again');
});

test('a pause or a lost token before the booking repeats it, as it was not taken', async () => {
  khalibre.server.faults.set({ rate: 1, kinds: ['429-seconds'], paths: ['/course/booking'], count: 1 });
  expect(await enrol()).toEqual({ enrolled: true });
  expect(found()).toHaveLength(1);
});

test.each([
  [json({ success: false, result: 'Class is full' }), 'RefusedError', /\(200\): Class is full/],
  [json({ title: 'x@example.com' }, 400), 'RefusedError', /\(400\); check the course/],
  [json({}, 403), 'AuthError', /API Integrations/],
])('an answer that says no is a refusal, whatever its status (%#)', async (answer, name, message) => {
  const token = json({ access_token: 't' });
  const server = await TestServer.start(inTurn(token, json({}, 404), answer));
  const error = await failure(enrol({ communityId: '9' }, server.origin));
  expect(server.seen.at(-1)?.body).toBe(
    '{"communityId":9,"courseId":5000,"learnerEmail":"Ann@example.com","learnerFirstname":"Ann","learnerLastname":"Lee"}',
  );
  await server.stop();
  expect(error.name).toBe(name);
  expect(error.message).toMatch(message);
});
