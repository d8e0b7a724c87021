import { webhookEvents } from '../../src/lib/sources/academy-of-mine/webhook-events';
import { replayEvents } from '../../src/lib/webhooks/replay-events';
import { type Bridge, startBridge } from '../setup/bridge';
import { post, settle, workQueue } from './hooks';

const minute = 60_000;
let bridge: Bridge;
let now: number;
beforeEach(async () => {
  now = Date.parse('2026-03-02T10:07:00Z');
  bridge = await startBridge({
    sandbox: { academy: { courses: 6, learners: 12 }, clock: () => now },
    overrides: { now: () => now },
  });
});
afterEach(() => bridge.stop());

const academy = () => bridge.sandbox.academy!;
const event = (eventId: string) => bridge.app.engine.inbox.read(eventId);
async function take(name: string | undefined, body: unknown): Promise<string> {
  const answer = await post(bridge.app, { source: 'academyofmine', event: name, body });
  expect(answer.status).toBe(202);
  return (JSON.parse(answer.body ?? '') as { eventId: string }).eventId;
}
const reports = () => academy().server.requests.to('/api/reports/course-detail').length;
const atSink = (email: string, courseId: number) =>
  bridge.sandbox.ldServices.state.consumption.get(`${email}|${courseId}|18`)?.record;
/** Somebody who is in a course and has not ended it. */
function someone() {
  const { state } = academy();
  const one = [...state.enrolments.values()].find(({ percent }) => percent < 100)!;
  return { one, user: state.users.get(one.userId)!, course: state.courses.get(one.courseId)! };
}
const complete = (one: ReturnType<typeof someone>['one']) =>
  academy().state.enrol({ ...one, status: 'Completed', percent: 100, completed: now });

test('who completed a course is read again and goes out, with one call of the report', async () => {
  const { one, user, course } = someone();
  complete(one);
  const eventId = await take('course_completed', { user: { email: user.email }, course: { id: course.id } });
  await workQueue(bridge.app);
  expect(await event(eventId)).toMatchObject({ type: 'course_completed', state: 'applied' });
  expect(atSink(user.email, course.id)).toMatchObject({ ConsumptionStatus: 'Passed' });
  expect(bridge.sandbox.ldServices.state.consumption.size).toBe(1);
  expect(reports()).toBe(1);
});

test('what an event says of a learner is not believed', async () => {
  const { user, course } = someone();
  await take('course_completed', { user: { email: user.email }, course: { id: course.id, percent: 100 } });
  await workQueue(bridge.app);
  expect(atSink(user.email, course.id)).toMatchObject({ ConsumptionStatus: 'InProgress' });
});

test('events for one course that wait together cost one reading of its report', async () => {
  const { course } = someone();
  const { state } = academy();
  const [a, b] = [...state.users.values()];
  for (const { id } of [a!, b!]) state.enrol({ courseId: course.id, userId: id });
  const ids = [];
  for (const { email } of [a!, b!, a!, b!])
    ids.push(await take('course_enrolled', { userList: [{ email }], enrolledCourses: [{ id: course.id }] }));
  now += minute;
  await settle(bridge.app);
  for (const id of ids) expect(await event(id)).toMatchObject({ state: 'applied' });
  expect(reports()).toBe(1);
  expect(atSink(a!.email, course.id)).toBeDefined();
  expect(atSink(b!.email, course.id)).toBeDefined();
});

test('a learner whom the search does not find makes the whole course be read', async () => {
  const { one, user, course } = someone();
  complete(one);
  await take('course_completed', { email: 'another.address@example.com', course_id: course.id });
  await workQueue(bridge.app);
  expect(atSink(user.email, course.id)).toMatchObject({ ConsumptionStatus: 'Passed' });
  expect(reports()).toBe(2);
});

test('the other eleven are kept and counted, and nothing is asked of anybody', async () => {
  const others = Object.keys(webhookEvents).filter((name) => !/course_(enrolled|completed)/.test(name));
  const ids = [];
  for (const name of others) ids.push(await take(name, { id: 4, course_id: 301 }));
  await workQueue(bridge.app);
  for (const [n, id] of ids.entries())
    expect(await event(id)).toMatchObject({ type: others[n], state: 'ignored' });
  expect(academy().server.requests.total).toBe(0);
});

test('a name nobody knows is kept and counted, and named only when it looks like a name', async () => {
  const odd = await take('course_exploded', {});
  const address = await take('ann@example.com', {});
  const long = await take('x'.repeat(5_000), {});
  await workQueue(bridge.app);
  expect(await event(odd)).toMatchObject({
    type: 'course_exploded',
    state: 'ignored',
    error: expect.stringContaining('There is no event course_exploded'),
  });
  for (const id of [address, long])
    expect(await event(id)).toMatchObject({ type: undefined, state: 'ignored' });
  expect(bridge.logged.join()).not.toContain('ann@example.com');
});

test('one that names no event, nor a course, starts one run at the end of its quarter of an hour', async () => {
  const { one, user, course } = someone();
  complete(one);
  const ids = [
    await take(undefined, { message: 'Congratulations' }),
    await take('', [1]),
    await take('course_completed', { message: 'Congratulations' }),
  ];
  now = Date.parse('2026-03-02T10:15:00Z');
  await settle(bridge.app);
  const started = [];
  for await (const run of bridge.app.engine.runs.list({ source: 'academyofmine' })) started.push(run);
  expect(started).toMatchObject([{ kind: 'consumption', trigger: 'webhook' }]);
  for (const id of ids) expect(await event(id)).toMatchObject({ state: 'received', attempts: 0 });
  expect(atSink(user.email, course.id)).toBeUndefined();
});

test('one whose body names the event all the same is taken at its word, and a course is looked at anyhow', async () => {
  const { course } = someone();
  const named = await take(undefined, { event: 'New Order Placed', course_id: course.id });
  const unnamed = await take(undefined, { course_id: course.id });
  await workQueue(bridge.app);
  expect(await event(named)).toMatchObject({ type: 'new_order', state: 'ignored' });
  expect(await event(unnamed)).toMatchObject({ type: undefined, state: 'applied' });
  expect(reports()).toBe(1);
});

test.each([-1, 0, '-1', '1,2', '[1,2]', 'all'])(
  'a course that can be none (%p) is not asked for: all are looked at',
  async (courseId) => {
    const eventId = await take('course_completed', { courseId });
    expect((await event(eventId))!.task).toMatchObject({ type: 'delta', kinds: ['consumption'] });
  },
);

test('an address that names an event with half a character is kept like any other', async () => {
  const eventId = await take(`${'a'.repeat(79)}\u{1F600}`, {});
  await workQueue(bridge.app);
  expect(await event(eventId)).toMatchObject({ state: 'ignored' });
  expect((await bridge.app.engine.inbox.raw(eventId))!.eventName).not.toMatch(/\p{Cs}/u);
});

test('the name of the address is kept with the event, and read again at a replay', async () => {
  const { one, user, course } = someone();
  const raw = { widget: { reference: course.id } };
  const eventId = await take('course_enrolled', raw);
  expect(await bridge.app.engine.inbox.raw(eventId)).toMatchObject({ eventName: 'course_enrolled' });
  await bridge.app.engine.inbox.end([(await event(eventId))!], 'dead');
  complete(one);
  const app = bridge.another({}, { LMS__academyofmine__webhookCoursePointers: '/widget/reference' });
  expect(await replayEvents(app.engine, [eventId])).toBe(1);
  expect(await event(eventId)).toMatchObject({
    type: 'course_enrolled',
    task: { type: 'course', kind: 'consumption', courseId: String(course.id) },
  });
  await workQueue(app);
  expect(atSink(user.email, course.id)).toMatchObject({ ConsumptionStatus: 'Passed' });
});

test('a vendor whose bodies name their events may be told by the address too', async () => {
  const answer = await post(bridge.app, { source: 'openedx', event: 'user.created', body: {} });
  const { eventId } = JSON.parse(answer.body ?? '') as { eventId: string };
  expect(await event(eventId)).toMatchObject({ type: 'user.created' });
});
