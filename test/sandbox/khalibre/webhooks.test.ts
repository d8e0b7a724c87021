import { createHmac } from 'node:crypto';
import { startKhalibre, type Khalibre } from '../../../sandbox/khalibre';
import { eventTypes } from '../../../sandbox/khalibre/events';
import { webhookOf } from '../../../sandbox/khalibre/webhooks';
import { json, TestServer } from '../../http/test-server';
import { postJson } from '../calls';

const now = Date.UTC(2026, 0, 1);
let khalibre: Khalibre;
let receiver: TestServer;
beforeEach(async () => {
  receiver = await TestServer.start((_, response) => json({ eventId: 'e1' }, 202)(response));
  khalibre = await startKhalibre({ clock: () => now, webhook: { url: `${receiver.origin}/hook` } });
});
afterEach(async () => {
  await khalibre.stop();
  await receiver.stop();
});
const types = () => khalibre.webhooks.sent.map(({ event }) => event.type);

test('every change is told, in order, as one of the eight types', async () => {
  const { state, webhooks } = khalibre;
  const course = state.listed().find(({ communities }) => communities.length === 1)!;
  const other = [...state.communities.keys()].find((id) => !course.communities.includes(id))!;
  const email = 'ann@example.com';
  state.putCourse({ id: 5000, title: 'New' });
  state.putCourse({ id: 5000, title: 'Newer' });
  state.share(course.id, other);
  state.share(course.id, other, false);
  state.renameCommunity(other, 'Alumni');
  state.putProgress({ courseId: course.id, email });
  state.putProgress({ courseId: course.id, email, completedActivity: 1 });
  state.putCourse({ id: 5000, state: 'draft' });
  await webhooks.settled();
  expect(types()).toEqual([
    'course.created',
    'course.updated',
    'course.shared',
    'course.unshared',
    'community.updated',
    'course.activity',
    'course.status',
    'course.deleted',
  ]);
  expect(new Set(types())).toEqual(new Set(eventTypes));
  expect(webhooks.sent.every(({ status }) => status === 202)).toBe(true);
  expect(JSON.parse(receiver.seen[5]!.body)).toMatchObject({
    eventType: 'course.activity',
    courseId: course.id,
    learnerEmail: email,
  });
});

test('the calls are signed as Standard Webhooks are, when there is a secret', async () => {
  const key = Buffer.from('a key of the sandbox');
  khalibre.state.webhook = { url: receiver.origin, secret: `whsec_${key.toString('base64')}` };
  await postJson(`${khalibre.url}/_sandbox/webhooks`, { type: 'course.deleted', courseId: 7 });
  await khalibre.webhooks.settled();
  const { headers, body } = receiver.seen[0]!;
  expect(headers['webhook-timestamp']).toBe(String(now / 1000));
  const signed = `${String(headers['webhook-id'])}.${now / 1000}.${body}`;
  const mac = createHmac('sha256', key).update(signed).digest('base64');
  expect(headers['webhook-signature']).toBe(`v1,${mac}`);
});

test.each([
  ['flat', { eventType: 'course.status', courseId: 7, learnerEmail: 'a@example.com' }],
  ['snake', { event_type: 'course.status', classId: 7, emailAddress: 'a@example.com' }],
  ['data', { type: 'course.status', data: { courseId: 7, emailAddress: 'a@example.com' } }],
  ['course', { event: 'course.status', course: { courseId: 7 }, learnerEmail: 'a@example.com' }],
  ['header', { courseId: 7, learnerEmail: 'a@example.com' }],
  ['opaque', { result: 'notified', success: true }],
] as const)('the shape %s has everything in its own places', (shape, expected) => {
  const event = { type: 'course.status', courseId: 7, learnerEmail: 'a@example.com' } as const;
  const { headers, body } = webhookOf(event, shape, now);
  expect(JSON.parse(body)).toMatchObject(expected);
  expect(headers).toEqual(shape === 'header' ? { 'X-Event-Type': 'course.status' } : {});
});

test('nothing is sent without a webhook, and nobody listening is told as status 0', async () => {
  khalibre.state.webhook = undefined;
  khalibre.state.act(5);
  await khalibre.webhooks.settled();
  expect(types()).toEqual([]);
  await receiver.stop();
  khalibre.state.webhook = { url: receiver.origin };
  khalibre.state.renameCommunity(55, 'Everybody');
  await khalibre.webhooks.settled();
  expect(khalibre.webhooks.sent).toMatchObject([{ status: 0 }]);
  receiver = await TestServer.start((_, response) => json({})(response));
});

test('things happen by themselves, and most courses stay open however long it runs', async () => {
  khalibre.state.webhook = undefined;
  const seen = new Set<string>();
  khalibre.state.onEvent = ({ type }) => seen.add(type);
  khalibre.state.act(3000);
  expect(seen).toEqual(new Set(eventTypes));
  const open = [...khalibre.state.courses.values()].filter(({ state }) => state === 'public');
  expect(open.length).toBeGreaterThanOrEqual(khalibre.state.courses.size * 0.85);
  const busy = await startKhalibre({ courses: 5, activity: 6000 });
  const happened = new Promise<void>((resolve) => (busy.state.onEvent = () => resolve()));
  await happened;
  await busy.stop();
});
