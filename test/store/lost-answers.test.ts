import type { Counts } from '../../src/lib/domain/run';
import { noCounts } from '../../src/lib/domain/run';
import { utc } from '../../src/lib/domain/time';
import { openGate } from '../../src/lib/http/gate-state';
import { CatalogLedger } from '../../src/lib/store/catalog-ledger';
import { EnrolmentBatches } from '../../src/lib/store/enrolments';
import { FeedStore } from '../../src/lib/store/feeds';
import { GateRow } from '../../src/lib/store/gate-row';
import { Inbox } from '../../src/lib/store/inbox';
import { LearnerLedger } from '../../src/lib/store/learner-ledger';
import { ReplyStore } from '../../src/lib/store/replies';
import { makeRunId } from '../../src/lib/store/run-rows';
import { RunStore } from '../../src/lib/store/runs';
import { connectStorage, type Storage } from '../../src/lib/store/storage';
import { startRun } from '../../src/lib/sync/run/start';
import { type Bridge, startBridge } from '../setup/bridge';
import { startStorageProxy, type StorageProxy } from '../setup/storage-proxy';

/*
 * Storage does what it is asked, and its answer gets lost: the client sends the same once more, and meets its own write.
 */

let bridge: Bridge;
let proxy: StorageProxy;
let storage: Storage;
beforeAll(async () => {
  bridge = await startBridge();
  proxy = await startStorageProxy(bridge.env.AzureWebJobsStorage ?? '');
  storage = connectStorage({ type: 'connectionString', connectionString: proxy.connectionString });
});
afterAll(async () => {
  await proxy.stop();
  await bridge.stop();
});

/** Loses the answer to the next write of a table. */
function lose(table: string): void {
  proxy.mood = {
    type: 'loses',
    only: (method, path) => method !== 'GET' && (path.includes(`/${table}`) || path.includes('$batch')),
  };
}

const lost = (): void => expect(proxy.mood.type).toBe('works');
const route = { source: 'openedx', destination: 'ld' };
const feed = { ...route, kind: 'consumption' } as const;

async function plannedRun() {
  const runs = new RunStore(storage);
  const { runId } = await startRun(bridge.app.engine, feed, { trigger: 'cli', dryRun: true });
  const works = [1, 2].map((n) => ({ type: 'course' as const, courseId: `course-${n}` }));
  await runs.stage(runId, 'plan', works);
  const run = await runs.update(runId, () => ({
    planId: 'plan',
    state: 'running',
    slices: { total: 2, done: 0, failed: 0 },
    lastSlice: 2,
  }));
  return { runs, run: run! };
}

test("a run's row is written once", async () => {
  const { runs, run } = await plannedRun();
  lose('runs');
  let calls = 0;
  const next = await runs.update(run.runId, ({ planAttempts }) => {
    calls++;
    return { planAttempts: planAttempts + 1 };
  });
  lost();
  expect([calls, next?.planAttempts, (await runs.read(run.runId))?.planAttempts]).toEqual([1, 1, 1]);
});

test('a new run is new', async () => {
  const runs = new RunStore(storage);
  const { run } = await plannedRun();
  const runId = makeRunId(feed, utc(Date.now()), 'abcdef');
  lose('runs');
  expect(await runs.create({ ...run, runId })).toBe(true);
  lost();
  expect(await runs.create({ ...run, runId })).toBe(false);
});

test('a slice is taken up, and ended, by the one who did it', async () => {
  const { runs, run } = await plannedRun();
  const slice = (await runs.readSlice(run, 1))!;
  lose('runs');
  const taken = await runs.takeSlice(run, slice, 'w1');
  lost();
  expect(taken).toMatchObject({ attempts: 1, worker: 'w1' });
  expect(await runs.takeSlice(run, slice, 'w2')).toBeUndefined();
  const counts: Counts = { ...noCounts, read: 3, sent: 3 };
  lose('runs');
  const ended = await runs.endSlice(run.runId, taken!, { state: 'done', counts });
  lost();
  expect(ended).toMatchObject({ slices: { done: 1 }, counts });
  expect(await runs.endSlice(run.runId, taken!, { state: 'done', counts })).toBeUndefined();
});

test("a feed's row is written once, also when it is new", async () => {
  const feeds = new FeedStore(storage);
  for (const wanted of ['run-a', 'run-b']) {
    let calls = 0;
    lose('feeds');
    const state = await feeds.update({ source: 'fresh', kind: 'catalog', destination: 'ld' }, () => {
      calls++;
      return { activeRun: wanted };
    });
    lost();
    expect([calls, state.activeRun]).toEqual([1, wanted]);
  }
});

test('an event is new, and not taken for one that came before', async () => {
  const inbox = new Inbox(storage, ['openedx']);
  const now = Date.now();
  const event = {
    eventId: 'openedx-0123456789abcdef01234567',
    source: 'openedx',
    type: 'course.updated',
    task: { type: 'course', kind: 'catalog', courseId: 'c1' },
    state: 'received',
    receivedAt: now,
    queuedAt: now,
    dueAt: now,
    attempts: 0,
    error: undefined,
  } as const;
  const raw = { bytes: Buffer.from('{}'), typeHeader: undefined };
  lose('inbox');
  expect(await inbox.add(event, raw)).toBe(true);
  lost();
  expect(await inbox.add(event, raw)).toBe(false);
  await inbox.end([event], 'dead', 'for the test');
  lose('inbox');
  expect(await inbox.requeue(event.eventId, event)).toBe(true);
  lost();
});

test('an Idempotency-Key is claimed by who claims it', async () => {
  const replies = new ReplyStore(storage);
  lose('leases');
  const claim = await replies.claim('key-1', 'request');
  lost();
  expect(claim.type).toBe('new');
  if (claim.type === 'new') await claim.reopen();
  lose('leases');
  expect((await replies.claim('key-1', 'request')).type).toBe('new');
  lost();
});

test('ledgers know their own writes, with the versions that the next write needs', async () => {
  const catalog = new CatalogLedger(storage);
  const write = (courseId: string, hash: string, etag: string | undefined) => ({
    entry: { courseId, key: courseId, hash, deleted: false, doubt: true },
    json: '{}',
    etag,
  });
  lose('ledgercatalog');
  const first = await catalog.write(route, [write('a', '1', undefined), write('b', '1', undefined)]);
  lost();
  lose('ledgercatalog');
  const second = await catalog.write(route, [write('a', '2', first[0]), write('b', '2', first[1])]);
  lost();
  await catalog.write(route, [write('a', '3', second[0]), write('b', '3', second[1])]);

  const learners = new LearnerLedger(storage);
  lose('ledgerlearners');
  const etag = await learners.markDoubt(route, 'a', undefined);
  lost();
  lose('ledgerlearners');
  await learners.save(route, 'a', new Map([['0123456789abcdef', 'fedcba9876543210']]), etag);
  lost();
  expect(await learners.load(route, 'a')).toMatchObject({ doubt: false });
});

test('a row of a batch of enrolments is changed by who changes it', async () => {
  const batches = new EnrolmentBatches(storage);
  const asked = JSON.stringify({ email: 'ann@example.com', courseId: 'c1' });
  const row = { row: 1, source: 'openedx', asked };
  await batches.create({ batchId: 'batch-1', action: 'enrol', createdAt: Date.now(), rows: [row] });
  for await (const seen of batches.rows('batch-1')) {
    lose('enrolments');
    expect(await batches.change(seen, { begun: true })).toMatchObject({ begun: true });
    lost();
  }
});

test("a gate's row knows its own write", async () => {
  const row = new GateRow(storage, 'openedx');
  lose('leases');
  const { etag } = await row.write({ ...openGate, strikes: 1 }, undefined);
  lost();
  lose('leases');
  await row.write({ ...openGate, strikes: 2 }, etag);
  lost();
});

test('what someone else wrote is a conflict all the same', async () => {
  const runs = new RunStore(storage);
  const { run } = await plannedRun();
  let calls = 0;
  await runs.update(run.runId, ({ planAttempts }) => {
    calls++;
    return { planAttempts: planAttempts + 1 };
  });
  const slice = (await runs.readSlice(run, 2))!;
  await runs.updateSlice(run, 2, () => ({ worker: 'w1' }), slice);
  expect(await runs.updateSlice(run, 2, () => ({ worker: 'w2' }), slice)).toBeUndefined();
  expect(calls).toBe(1);
});
