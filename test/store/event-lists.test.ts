import { fillEvents } from '../../bench/fill';
import { listEvents } from '../../src/lib/api/events';
import type { App } from '../../src/lib/app';
import type { EventState, WebhookEvent } from '../../src/lib/domain/event';
import { replayEvents } from '../../src/lib/webhooks/replay-events';
import type { Bridge } from '../setup/bridge';
import { Counted } from '../setup/counted';
import { settle, take } from '../webhooks/hooks';

const hour = 3600_000;
let now = Date.now();
let counted: Counted;
let bridge: Bridge;
let app: App;
beforeEach(async () => {
  now = Date.now();
  counted = await Counted.start({
    sandbox: { khalibre: { courses: 5, learners: 5, webhook: undefined } },
    overrides: { now: () => now },
  });
  ({ bridge, app } = counted);
});
afterEach(() => counted.stop());

const asked = (work: () => Promise<unknown>) => counted.asked(work, 'inbox');

async function listed(state?: EventState, source = 'khalibre'): Promise<WebhookEvent[]> {
  const events: WebhookEvent[] = [];
  for await (const { event } of app.engine.inbox.list(source, { state })) events.push(event);
  return events;
}
const idsOf = (events: readonly WebhookEvent[]): string[] => events.map(({ eventId }) => eventId);

const history = (howMany: number, options: Parameters<typeof fillEvents>[4]): Promise<void> =>
  fillEvents(bridge.app.storage, 'khalibre', howMany, (i) => now - hour - i * 1_000, options);

/** An event of a type that nobody needs: it is soon over. */
const takeIgnored = (): Promise<string> => take(bridge.app, { type: 'user.created' });

test('lists of 600 events read what they show, in whatever state', async () => {
  await takeIgnored();
  await settle(bridge.app);
  await history(600, { state: (i) => (i === 500 ? 'dead' : 'applied') });
  await listEvents(app, { state: 'dead' });
  const sources = app.engine.inbox.sources.length;
  expect(await asked(() => listEvents(app, { limit: 50 }))).toEqual({ calls: sources, rows: 51 });
  expect(await asked(() => listEvents(app, { state: 'dead' }))).toEqual({ calls: sources, rows: 1 });
  expect(await asked(() => listEvents(app, { state: 'received' }))).toEqual({ calls: sources, rows: 0 });
  const applied = await asked(() => listEvents(app, { state: 'applied', limit: 20 }));
  expect(applied).toEqual({ calls: sources, rows: 21 });
});

test('an event is in the list of the state that it is in, and in no other', async () => {
  const eventId = await takeIgnored();
  expect(idsOf(await listed('received'))).toEqual([eventId]);
  await settle(bridge.app);
  expect(idsOf(await listed('received'))).toEqual([]);
  expect(await listed('ignored')).toEqual(await listed());
  expect(await replayEvents(bridge.app.engine, [eventId])).toBe(1);
  expect(idsOf(await listed('ignored'))).toEqual([]);
  expect(idsOf(await listed('received'))).toEqual([eventId]);
  await settle(bridge.app);
  expect(idsOf(await listed('ignored'))).toEqual([eventId]);
});

test('events of a version of the app that kept no lists are listed, replayed and purged', async () => {
  await history(20, { unlisted: true, state: (i) => (i % 10 === 3 ? 'ignored' : 'applied') });
  const old = await listed('ignored');
  expect(old).toHaveLength(2);
  now += hour;
  const eventId = await takeIgnored();
  await settle(bridge.app);
  expect(idsOf(await listed('ignored'))).toEqual([eventId, ...idsOf(old)]);
  expect(await listed('applied')).toHaveLength(18);
  expect(await replayEvents(bridge.app.engine, [old[1]!.eventId])).toBe(1);
  expect(idsOf(await listed('ignored'))).toEqual([eventId, old[0]!.eventId]);
  await settle(bridge.app);
  now += 40 * 24 * hour;
  await app.engine.inbox.purge('khalibre', now - 30 * 24 * hour, (step) => step());
  for await (const row of bridge.app.storage.table('inbox').listEntities()) throw new Error(row.rowKey);
});

test('events that wait are listed newest first', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 4; i++) {
    ids.unshift(await take(bridge.app, { eventType: 'course.updated', courseId: `c${i % 2}`, n: i }));
    now += 1_000;
  }
  expect(idsOf(await listed('received'))).toEqual(ids);
  const answer = await listEvents(app, { state: 'received', limit: 2 });
  const { events, next } = JSON.parse(answer.body ?? '') as { events: WebhookEvent[]; next: string };
  expect(idsOf(events)).toEqual(ids.slice(0, 2));
  const rest = await listEvents(app, { state: 'received', limit: 2, next });
  expect(idsOf((JSON.parse(rest.body ?? '') as { events: WebhookEvent[] }).events)).toEqual(ids.slice(2));
});
