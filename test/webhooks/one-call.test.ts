import { abandonEvent, applyEvent } from '../../src/lib/webhooks/apply-event';
import { type Bridge, startBridge } from '../setup/bridge';
import { settle, take, workQueue } from './hooks';

const go = new AbortController().signal;
const queue = 'webhook-events';

let bridge: Bridge;
let now: number;
beforeEach(async () => {
  now = Date.parse('2026-03-02T10:07:00Z');
  bridge = await startBridge({
    sandbox: { khalibre: { courses: 12, learners: 10, webhook: undefined } },
    overrides: { now: () => now },
  });
});
afterEach(() => bridge.stop());

const told = (courseId: number) => take(bridge.app, { eventType: 'course.updated', courseId });
const stateOf = async (eventId: string) => (await bridge.app.engine.inbox.read(eventId))?.state;
/** Calls in the queue, also those that are not to be seen yet. */
const calls = async (): Promise<number | undefined> =>
  (await bridge.app.storage.queue(queue).getProperties()).approximateMessagesCount;
const someIds = (count: number): number[] =>
  bridge.sandbox
    .khalibre!.state.listed()
    .slice(0, count)
    .map(({ id }) => id);

test('many events of a few courses make one call a course', async () => {
  const events: string[] = [];
  for (let round = 0; round < 8; round++) {
    now += 10;
    for (const id of someIds(3)) events.push(await told(id));
  }
  expect(await calls()).toBe(3);
  now += 60_000;
  expect(await workQueue(bridge.app)).toBe(3);
  expect(new Set(await Promise.all(events.map(stateOf)))).toEqual(new Set(['applied']));
});

test('an event that comes while its course is looked at is worked all the same', async () => {
  const [id = 0] = someIds(1);
  const first = await told(id);
  let late = '';
  bridge.sandbox.khalibre!.server.onRequest = async ({ path }) => {
    if (late || !path.includes(String(id))) return;
    late = 'coming';
    now += 1_000;
    late = await told(id);
  };
  await applyEvent(bridge.app.engine, first, go);
  expect(await Promise.all([first, late].map(stateOf))).toEqual(['applied', 'received']);
  // The first one's own, which nobody took from the queue here, and one for the late event.
  expect(await calls()).toBe(2);
  await settle(bridge.app);
  expect(await stateOf(late)).toBe('applied');
});

test('what stood behind an event that is given up gets a call of its own', async () => {
  const [id = 0] = someIds(1);
  const lead = await told(id);
  now += 10;
  const behind = await told(id);
  expect(await calls()).toBe(1);
  await bridge.app.storage.queue(queue).clearMessages();
  await abandonEvent(bridge.app.engine, lead);
  expect(await calls()).toBe(1);
  now += 60_000;
  await workQueue(bridge.app);
  expect(await Promise.all([lead, behind].map(stateOf))).toEqual(['dead', 'applied']);
});

test('an event whose course waits for its next attempt does not wait with it', async () => {
  const [id = 0] = someIds(1);
  const first = await told(id);
  const { inbox } = bridge.app.engine;
  await inbox.putBack([(await inbox.read(first))!], () => ({ dueAt: now + 600_000 }));
  await bridge.app.storage.queue(queue).clearMessages();
  now += 1_000;
  const second = await told(id);
  expect(await calls()).toBe(1);
  now += 60_000;
  await workQueue(bridge.app);
  expect(await stateOf(second)).toBe('applied');
});
