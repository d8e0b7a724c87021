import type { App } from '../../src/lib/app';
import type { WebhookEvent } from '../../src/lib/domain/event';
import { utc } from '../../src/lib/domain/time';
import { purge } from '../../src/lib/sync/purge';
import type { Bridge } from '../setup/bridge';
import { Counted } from '../setup/counted';
import type { StorageProxy } from '../setup/storage-proxy';

const day = 24 * 3600_000;
let now = Date.now();
let counted: Counted;
let bridge: Bridge;
let proxy: StorageProxy;
let app: App;
beforeEach(async () => {
  now = Date.now();
  counted = await Counted.start({ overrides: { now: () => now } });
  ({ bridge, app, proxy } = counted);
});
afterEach(() => counted.stop());

const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
const idOf = (n: number): string => `openedx-consumption-${n.toString(16).padStart(16, '0')}`;
const quarantined = (n: number, reason = 'old') =>
  bridge.app.engine.quarantine.put({
    id: idOf(n),
    feed,
    runId: 'r',
    reason,
    status: undefined,
    at: utc(now),
    courseId: undefined,
    raw: { n },
  });

function webhookEvent(n: number): WebhookEvent {
  const eventId = `openedx-${n.toString(16).padStart(24, '0')}`;
  return {
    eventId,
    source: 'openedx',
    type: 'user.created',
    state: 'received',
    receivedAt: now,
    queuedAt: now,
    dueAt: now,
    attempts: 0,
    error: undefined,
    task: { type: 'ignore', why: 'of no use' },
  };
}

async function ended(howMany: number): Promise<WebhookEvent[]> {
  const { inbox } = bridge.app.engine;
  const events = Array.from({ length: howMany }, (_, n) => webhookEvent(n));
  for (const one of events) await inbox.add(one, { bytes: Buffer.from('{}'), typeHeader: undefined });
  await inbox.end(events, 'ignored');
  return events;
}

/** Writes to a table during some work, by what they were. */
async function writesTo(table: string, work: () => Promise<void>): Promise<string[]> {
  const before = proxy.calls.length;
  await work();
  return proxy.calls
    .slice(before)
    .filter(
      ({ method, path }) => method !== 'GET' && (path.includes(`/${table}(`) || path.includes('$batch')),
    )
    .map(({ method, path }) => (path.includes('$batch') ? 'transaction' : method));
}

test('what is too old goes a hundred rows a call', async () => {
  for (let n = 0; n < 250; n++) await quarantined(n);
  await ended(120);
  now += 31 * day;
  const writes = await writesTo('quarantine', () => purge(app.engine, 30));
  // Three of records, two of a list of events, and three of events, which have two rows each.
  expect(writes).toEqual(Array.from({ length: 8 }, () => 'transaction'));
  expect(await app.engine.quarantine.count(1)).toBe(0);
  for await (const { event } of app.engine.inbox.list('openedx')) throw new Error(event.eventId);
  expect(await app.engine.inbox.raw(webhookEvent(7).eventId)).toBeUndefined();
});

test('a record that failed anew since it was listed costs itself, and not the hundred that it stood among', async () => {
  for (let n = 0; n < 150; n++) await quarantined(n);
  let listed = 0;
  const purged = await app.engine.quarantine.purge(utc(now + day), async (step) => {
    // After the listing, and before the first transaction.
    if (listed++ === 0) await quarantined(42, 'anew');
    await step();
  });
  expect(purged).toBe(149);
  expect(await app.engine.quarantine.count(10)).toBe(1);
  expect(await app.engine.quarantine.read(idOf(42))).toMatchObject({ reason: 'anew' });
});

test('an event that is replayed since it was listed stays, with what was sent, and the others go', async () => {
  const events = await ended(60);
  const replayed = events[33]!;
  let listed = 0;
  const purged = await app.engine.inbox.purge('openedx', now + 1, async (step) => {
    if (listed++ === 0)
      expect(await bridge.app.engine.inbox.requeue(replayed.eventId, { ...replayed, queuedAt: now })).toBe(
        true,
      );
    await step();
  });
  expect(purged).toBe(59);
  const left: string[] = [];
  for await (const { event } of app.engine.inbox.list('openedx')) left.push(event.eventId);
  expect(left).toEqual([replayed.eventId]);
  expect(await app.engine.inbox.raw(replayed.eventId)).toBeDefined();
});

test('a transaction whose answer is lost counts what it did, and does nothing twice', async () => {
  for (let n = 0; n < 100; n++) await quarantined(n);
  proxy.mood = { type: 'loses', only: (method, path) => method === 'POST' && path.includes('$batch') };
  expect(await app.engine.quarantine.purge(utc(now + day), (step) => step())).toBe(100);
  expect(await app.engine.quarantine.count(1)).toBe(0);
});

test('an event that an earlier version had begun to purge goes as well', async () => {
  const [one] = await ended(1);
  const { storage } = bridge.app;
  const inbox = storage.table('inbox');
  // What was sent goes first there, and a mark stays on the event.
  await inbox.deleteEntity('openedx', `raw-${one!.eventId.slice('openedx-'.length)}`);
  for await (const row of inbox.listEntities())
    if (row.rowKey?.startsWith('event-'))
      await inbox.updateEntity({ partitionKey: 'openedx', rowKey: row.rowKey, leaving: true }, 'Merge');
  expect(await app.engine.inbox.purge('openedx', now + 1, (step) => step())).toBe(1);
  for await (const row of inbox.listEntities()) throw new Error(`${row.rowKey} is left`);
});
