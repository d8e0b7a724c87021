import type { App } from '../../src/lib/app';
import { utc, type Utc } from '../../src/lib/domain/time';
import { academyEvents } from '../../src/lib/sources/academy-of-mine/webhook-events';
import { Arrived } from '../../src/lib/webhooks/arrived';
import { catchUp } from '../../src/lib/webhooks/catch-up';
import { registerWebhooks } from '../../src/lib/webhooks/register-webhooks';
import { failure } from '../http/client-builder';
import { type Bridge, startBridge } from '../setup/bridge';
import { type FrontDoor, openFrontDoor } from './front-door';
import { post, settle } from './hooks';

const source = 'academyofmine';
const signal = new AbortController().signal;
const minute = 60_000;
let bridge: Bridge;
let app: App;
let door: FrontDoor;
let now: number;
beforeEach(async () => {
  now = Date.parse('2026-03-02T10:07:00Z');
  bridge = await startBridge({
    sandbox: { academy: { courses: 6, learners: 12, coursesPerLearner: 0 }, clock: () => now },
    overrides: { now: () => now },
  });
  app = bridge.app;
  door = await openFrontDoor(app, 'key');
  const url = door.url(source);
  await registerWebhooks(app.engine, { source, url, code: 'key', add: false, signal });
});
afterEach(async () => {
  await door.stop();
  await bridge.stop();
});

const academy = () => bridge.sandbox.academy!;
const from = '2026-03-01T00:00:00Z' as Utc;
const run = (since = from) => catchUp(app.engine, { source, from: since, signal });
/** No more come in: those that wait are worked. */
async function work(): Promise<void> {
  now += minute;
  await settle(app);
}
async function events() {
  const found = [];
  for await (const { event } of app.engine.inbox.list(source)) found.push(event);
  return found;
}
/** So many learners are enrolled, a minute apart. @returns where. */
async function enrol(count: number, deliveries: 'sent' | 'failed' | 'lost' = 'sent', first = 0) {
  const { state, webhooks } = academy();
  const { id: courseId } = state.published()[0]!;
  state.options.deliveries = deliveries;
  for (const { id: userId } of [...state.users.values()].slice(first, first + count)) {
    now += minute;
    state.enrol({ courseId, userId });
    await webhooks.settled();
  }
  return courseId;
}

test('what arrived is left alone', async () => {
  await enrol(3);
  expect(await events()).toHaveLength(3);
  expect(await run()).toMatchObject({ logged: 3, arrived: 3, taken: 0 });
  expect(await events()).toHaveLength(3);
});

test.each(['failed', 'lost'] as const)('what never arrived (%s) is taken in, once', async (how) => {
  await enrol(2);
  const courseId = await enrol(3, how, 2);
  await work();
  expect(await run()).toMatchObject({ logged: 5, arrived: 2, taken: 3, before: 0 });
  const taken = (await events()).filter(({ state }) => state === 'received');
  expect(taken).toHaveLength(3);
  expect(taken[0]).toMatchObject({
    type: 'course_enrolled',
    task: { type: 'course', courseId: String(courseId) },
  });
  await work();
  expect((await events()).every(({ state }) => state === 'applied')).toBe(true);
  expect(await run()).toMatchObject({ logged: 5, arrived: 2, taken: 0, before: 3 });
});

test('what is taken from the log reaches the sink', async () => {
  await enrol(3, 'failed');
  await run();
  expect(bridge.sandbox.ldServices.state.consumption.size).toBe(0);
  await work();
  expect(bridge.sandbox.ldServices.state.consumption.size).toBe(3);
});

test('the same said twice must have arrived twice', async () => {
  const courseId = await enrol(1);
  academy().state.enrolments.clear();
  await enrol(1, 'lost');
  expect(await events()).toHaveLength(1);
  expect(await run()).toMatchObject({ logged: 2, arrived: 1, taken: 1 });
  expect((await events())[0]).toMatchObject({ task: { courseId: String(courseId) } });
});

test('an earlier call does not stand for a later delivery', async () => {
  await enrol(1);
  academy().state.enrolments.clear();
  // Of the first nothing is in the log any more.
  academy().webhooks.log.length = 0;
  now += 60 * minute;
  await enrol(1, 'lost');
  expect(await run()).toMatchObject({ logged: 1, arrived: 0, taken: 1 });
});

test('a log that does not show what was sent is compared by number, and the rest looked at all together', async () => {
  academy().state.options.logShowsData = false;
  await enrol(2);
  now += 30 * minute;
  await enrol(2, 'lost', 2);
  expect(await run()).toMatchObject({ logged: 4, arrived: 2, taken: 2, unseen: 2 });
  const taken = (await events()).slice(0, 2);
  expect(taken).toMatchObject([{ task: { type: 'delta', kinds: ['consumption'] } }, {}]);
  expect(taken[0]!.task).toEqual(taken[1]!.task);
});

test('the log is read from a time on, over all its pages', async () => {
  app = bridge.another({}, { LMS__academyofmine__pageSize: '2' });
  await enrol(3, 'failed');
  const since = new Date(now + minute).toISOString() as Utc;
  await enrol(5, 'failed', 3);
  academy().server.requests.clear();
  expect(await run(since)).toMatchObject({ logged: 5, taken: 5 });
  // Three pages of two, one of which is older: the other webhook's log is empty.
  expect(academy().server.requests.to('/3/log').length).toBe(4);
  expect(await run()).toMatchObject({ logged: 8, taken: 3, before: 5 });
});

test('of an event that has no webhook from here, all logs are read: each may lead here', async () => {
  const { webhooks } = academy();
  webhooks.hooks.delete(4);
  webhooks.put(`${door.url(source)}?event=course_completed&code=key`, ['course_completed']);
  webhooks.put('https://elsewhere.example.com/', ['course_enrolled']);
  const { webhooks: read } = await run();
  // That of enrolments has one from here, so the other is another system's.
  expect([...read].sort()).toEqual(['3', '5']);
});

test('what other systems are told of orders is not copied from their logs; ours are read', async () => {
  const { webhooks } = academy();
  webhooks.put('https://shop.example.com/', ['new_order', 'new_account_created']);
  const others = ['new_announcement'];
  await registerWebhooks(app.engine, {
    source,
    url: door.url(source),
    code: 'key',
    events: others,
    add: false,
    signal,
  });
  expect([...(await run()).webhooks].sort()).toEqual(['3', '4', '6']);
});

test('one from here that was deleted while the list does not show all costs its own log alone', async () => {
  await enrol(2, 'failed');
  const { state, webhooks } = academy();
  webhooks.put('https://elsewhere.example.com/', ['new_order']);
  state.options.mostWebhooksListed = 1;
  webhooks.hooks.delete(4);
  expect(await run()).toMatchObject({ webhooks: ['3'], logged: 2, taken: 2 });
});

test('the log of a webhook that the list does not show is read all the same', async () => {
  await enrol(2, 'failed');
  academy().state.options.mostWebhooksListed = 1;
  expect(await run()).toMatchObject({ logged: 2, taken: 2 });
});

test('a row that cannot be read is counted, and costs itself', async () => {
  await enrol(2, 'failed');
  (academy().webhooks.log[0] as { id: unknown }).id = null;
  expect(await run()).toMatchObject({ logged: 1, taken: 1, unreadable: 1 });
});

test('when the vendor breaks off, what was taken is kept, and the rest follows', async () => {
  await enrol(2, 'failed');
  academy().server.faults.set({ rate: 1, kinds: ['500'], paths: ['/4/log'] });
  await failure(run());
  academy().server.faults.set();
  expect(await run()).toMatchObject({ logged: 2, taken: 2 });
  expect(await events()).toHaveLength(2);
});

test('a time to come is refused', async () => {
  expect((await failure(run('2999-01-01T00:00:00Z' as Utc))).message).toContain('lies in the future');
});

test('a body that is nested too deep to compare costs nothing but a comparison', async () => {
  const deep = Buffer.from('['.repeat(100_000) + ']'.repeat(100_000));
  const answer = await post(app, { source, event: 'course_enrolled', body: deep });
  expect(answer.status).toBe(202);
  await enrol(1);
  expect(await run()).toMatchObject({ logged: 1, arrived: 1, taken: 0 });
});

test('what the log shows and storage cannot hold stands for a look at its course', async () => {
  const courseId = await enrol(1, 'lost');
  const [first] = academy().webhooks.log;
  const data = { ...(first!.data as object), filler: 'x'.repeat(1_200_000) };
  academy().webhooks.log[0] = { ...first!, data };
  await enrol(1, 'lost', 1);
  expect(await run()).toMatchObject({ logged: 2, arrived: 0, taken: 2 });
  expect((await events()).map(({ task }) => task)).toMatchObject([
    { courseId: String(courseId) },
    { courseId: String(courseId) },
  ]);
  for (const { eventId } of await events())
    expect((await app.engine.inbox.raw(eventId))!.bytes.length).toBeLessThan(262_144);
  expect(await run()).toMatchObject({ logged: 2, taken: 0, before: 2 });
});

test('a log of thousands of deliveries whose content it does not show is compared in a moment', () => {
  const arrived = new Arrived();
  const many = 40_000;
  for (let i = 0; i < many; i++)
    arrived.add(
      {
        bytes: Buffer.from(`{"id":${i}}`),
        typeHeader: undefined,
        eventName: 'course_enrolled',
        receivedAt: now + i * 1000,
      },
      academyEvents,
    );
  const began = performance.now();
  let taken = 0;
  for (let i = 0; i < many; i++) {
    const at = utc(Math.floor((now + i * 1000) / minute) * minute);
    if (arrived.take({ id: String(i), event: 'course_enrolled', body: undefined, at, failed: false }))
      taken++;
  }
  expect(taken).toBe(many);
  expect(performance.now() - began).toBeLessThan(5_000);
});
