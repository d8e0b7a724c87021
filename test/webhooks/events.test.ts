import { listEvents, postEventsReplay } from '../../src/lib/api/events';
import { eventsQuery, eventsReplayRequest } from '../../src/lib/api/requests';
import { type Bridge, startBridge } from '../setup/bridge';
import { post, settle, take } from './hooks';

let bridge: Bridge;
let now = Date.parse('2026-03-02T10:07:00Z');
const taken: string[] = [];
beforeAll(async () => {
  bridge = await startBridge({ sandbox: { khalibre: { courses: 12 } }, overrides: { now: () => now } });
  for (let n = 0; n < 6; n++) {
    now += 60_000;
    const body =
      n % 2
        ? { type: 'user.created', who: 'ann@example.com' }
        : { type: 'course.updated', courseId: 1200 + n };
    const answer = await post(bridge.app, { source: n < 4 ? 'khalibre' : 'openedx', body });
    taken.unshift((JSON.parse(answer.body ?? '') as { eventId: string }).eventId);
  }
});
afterAll(() => bridge.stop());

async function list(query: Record<string, string> = {}) {
  const answer = await listEvents(bridge.app, eventsQuery.parse(query));
  expect(answer.status).toBe(200);
  return JSON.parse(answer.body ?? '') as { events: Record<string, unknown>[]; next?: string };
}
const ids = ({ events }: { events: Record<string, unknown>[] }) => events.map(({ eventId }) => eventId);

test('events are listed newest first, over all sources, without what was sent', async () => {
  const { events, next } = await list();
  expect(ids({ events })).toEqual(taken);
  expect(next).toBeUndefined();
  expect(events[0]).toEqual({
    eventId: taken[0],
    source: 'openedx',
    type: 'user.created',
    state: 'received',
    receivedAt: '2026-03-02T10:13:00Z',
    attempts: 0,
  });
  expect(JSON.stringify(events)).not.toContain('ann@');
});

test('a page after the other shows each once', async () => {
  const first = await list({ limit: '4' });
  const second = await list({ limit: '4', next: first.next ?? '' });
  expect([...ids(first), ...ids(second)]).toEqual(taken);
  expect(second.next).toBeUndefined();
});

test('a type that nobody named is null, and one that holds an address is none', async () => {
  const eventId = await take(bridge.app, { type: 'ann@example.com' });
  // Events of one millisecond stand in any order among themselves.
  const { events } = await list({ limit: '10' });
  expect(events.find((event) => event.eventId === eventId)).toMatchObject({ type: null });
});

test('filters, replay of what was ignored, and of what is named', async () => {
  await settle(bridge.app);
  expect(ids(await list({ state: 'ignored', source: 'khalibre' }))).toEqual([taken[2], taken[4]]);
  expect(ids(await list({ source: 'moodle' }))).toEqual([]);
  const replay = async (body: object) =>
    JSON.parse((await postEventsReplay(bridge.app, eventsReplayRequest.parse(body))).body ?? '') as object;
  expect(await replay({})).toEqual({ replayed: 3 });
  expect(await replay({})).toEqual({ replayed: 0 });
  expect(ids(await list({ state: 'ignored' }))).toEqual([]);
  await settle(bridge.app);
  expect((await list({ state: 'ignored' })).events).toHaveLength(3);
  expect(await replay({ ids: [taken[5], taken[5], 'khalibre-nobody'] })).toEqual({ replayed: 1 });
});

test.each([
  { limit: '0' },
  { limit: '201' },
  { state: 'lost' },
  { next: "x' or '1' eq '1" },
  { order: 'old' },
])('the query %j is refused', (query) => {
  expect(eventsQuery.safeParse(query).success).toBe(false);
});
