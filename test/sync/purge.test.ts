import { utc } from '../../src/lib/domain/time';
import { purge } from '../../src/lib/sync/purge';
import { sweep } from '../../src/lib/sync/run/sweep';
import { startRun } from '../../src/lib/sync/run/start';
import { type Bridge, startBridge } from '../setup/bridge';
import { settle, take } from '../webhooks/hooks';

let bridge: Bridge;
let now = Date.now();
beforeEach(async () => {
  now = Date.now();
  bridge = await startBridge({ overrides: { now: () => now } });
});
afterEach(() => bridge.stop());

const days = (n: number): number => n * 24 * 3600_000;
async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test('runs and quarantine go once they are older than the retention; the watermark and the ledger stay', async () => {
  const [{ learner } = { learner: { email: '' } }] = [...bridge.sandbox.openEdx.state.grades];
  bridge.sandbox.ldServices.state.poisoned.add(learner.email);
  await bridge.sync('catalog');
  const partial = await bridge.sync('consumption');
  expect(partial.state).toBe('partial');
  now += days(29);
  await purge(bridge.app.engine, 30);
  expect(await all(bridge.app.engine.runs.list())).toHaveLength(2);
  now += days(2);
  const kept = await bridge.sync('catalog');
  await purge(bridge.app.engine, 30);
  expect((await all(bridge.app.engine.runs.list())).map(({ runId }) => runId)).toEqual([kept.runId]);
  expect(await all(bridge.app.engine.quarantine.list())).toHaveLength(0);
  expect(
    (await bridge.app.engine.feeds.read({ source: 'openedx', kind: 'consumption', destination: 'ld' }))
      .watermark,
  ).toBe(partial.window?.to);
  expect(kept.counts).toMatchObject({ sent: 0, unchanged: 12 });
});

test('what is stored of a source that is not configured any more goes as well', async () => {
  await take(bridge.app, { type: 'user.created', who: 'ann@example.com' }, undefined, 'openedx');
  await settle(bridge.app);
  const without = bridge.another({}, { LMS_SOURCES: 'khalibre' });
  expect(without.engine.inbox.sources).not.toContain('openedx');
  now += days(31);
  await purge(without.engine, 30);
  expect(await all(bridge.app.engine.inbox.list('openedx'))).toHaveLength(0);
  expect(await all(bridge.app.engine.inbox.arrivals('openedx'))).toHaveLength(0);
});

test('an event or a record that was touched after purge had listed it stays', async () => {
  const { inbox, quarantine } = bridge.app.engine;
  const eventId = await take(bridge.app, { type: 'user.created' }, undefined, 'openedx');
  await settle(bridge.app);
  const event = await inbox.read(eventId);
  if (!event) throw new Error('the event is not there');
  let requeued = false;
  const purged = await inbox.purge('openedx', now + 1, async (step) => {
    // An operator replays it between the listing and the deletion.
    requeued ||= await inbox.requeue(eventId, { ...event, queuedAt: now, dueAt: now });
    await step();
  });
  expect(requeued).toBe(true);
  expect(purged).toBe(0);
  expect(await inbox.read(eventId)).toMatchObject({ state: 'received' });
  expect(await inbox.raw(eventId)).toBeDefined();

  const record = { id: 'openedx-catalog-0123456789abcdef', runId: 'r', reason: 'old', status: undefined };
  const feed = { source: 'openedx', kind: 'catalog', destination: 'ld' } as const;
  const put = (reason: string) =>
    quarantine.put({ ...record, feed, reason, at: utc(now), courseId: undefined, raw: {} });
  await put('old');
  await quarantine.purge(utc(now + days(1)), async (step) => {
    await put('anew');
    await step();
  });
  expect(await quarantine.read(record.id)).toMatchObject({ reason: 'anew' });
});

test('an active run that lost its marker is found by the sweep', async () => {
  const { engine } = bridge.app;
  const run = await startRun(
    engine,
    { source: 'openedx', kind: 'catalog', destination: 'ld' },
    { trigger: 'timer', tick: utc(now) },
  );
  await engine.feeds.unmarkOpen(run, run.runId);
  const queue = bridge.app.storage.queue('sync-runs');
  await queue.clearMessages();
  await sweep(engine);
  const { receivedMessageItems } = await queue.receiveMessages();
  expect(receivedMessageItems).toHaveLength(1);
});
