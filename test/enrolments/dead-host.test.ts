import type { App } from '../../src/lib/app';
import { perform } from '../../src/lib/enrolments/perform';
import { detailOf, send } from '../api/send-enrolments';
import { manualClock, type ManualClock, whileTimePasses } from '../http/fixed-clock';
import { type Bridge, briskLeases, leasesIn, startBridge, until } from '../setup/bridge';
import { startStorageProxy, type StorageProxy } from '../setup/storage-proxy';

/*
 * A host that dies while a vendor enrols for it: what it held runs out, and whoever asks next gets a true answer.
 */

let bridge: Bridge;
let proxy: StorageProxy;
let dying: App;
/** Of both hosts' leases. */
let clock: ManualClock;
beforeEach(async () => {
  bridge = await startBridge({ sandbox: { khalibre: { courses: 4, learners: 4 } } });
  khalibre().state.putCourse({ id: 5000, title: 'One', end: null, communities: [57] });
  proxy = await startStorageProxy(bridge.env.AzureWebJobsStorage!);
  clock = manualClock(Date.now());
  dying = bridge.another(
    { leases: leasesIn({ AzureWebJobsStorage: proxy.connectionString }, clock) },
    { AzureWebJobsStorage: proxy.connectionString },
  );
});
afterEach(async () => {
  await proxy.stop();
  await bridge.stop();
});

const khalibre = () => bridge.sandbox.khalibre!;
const body = { source: 'khalibre', courseId: '5000', learner: { email: 'dead.host@example.com' } };
const booked = (): number =>
  khalibre().state.progress.filter(({ email }) => email === body.learner.email).length;

/** Sends to a host that dies after the vendor has booked: it reaches neither storage nor its caller any more. */
async function sendAndDie(key?: string): Promise<void> {
  const { state } = khalibre();
  const book = state.putProgress.bind(state);
  state.putProgress = (row) => {
    proxy.mood = { type: 'frozen' };
    return book(row);
  };
  void send(dying, body, { key }).catch(() => undefined);
  await until('the vendor has booked', () => booked() === 1);
  state.putProgress = book;
}

test('the next call for the learner waits for it, and is answered by what the vendor says', async () => {
  await sendAndDie();
  const next = bridge.another({ leases: leasesIn(bridge.env, clock) });
  const begun = clock.now();
  expect(await whileTimePasses(clock, send(next, body))).toMatchObject({ status: 201 });
  expect(clock.now() - begun).toBeGreaterThan(60_000);
  expect(booked()).toBe(1);
});

test('a repeat with its Idempotency-Key is under way until then, and is answered after it', async () => {
  await sendAndDie('order-1');
  const next = bridge.another({ leases: leasesIn(bridge.env, clock) });
  const early = await send(next, body, { key: 'order-1' });
  expect([early.status, early.headers['retry-after']]).toEqual([409, '5']);
  expect(detailOf(early)).toMatch(/it goes on, or its host ended a moment ago/);
  let answer = early;
  const answered = until(
    'it is answered',
    async () => (answer = await send(next, body, { key: 'order-1' })).status !== 409,
  );
  await whileTimePasses(clock, answered);
  expect(answer.status).toBe(201);
  expect(booked()).toBe(1);
  const again = await send(next, body, { key: 'order-1' });
  expect([again.status, again.headers['idempotency-replayed']]).toEqual([201, 'true']);
});

test('a call whose learner another one has, which lives, is 409 once a dead one’s lease would be over', async () => {
  const app = bridge.another({ leases: briskLeases(bridge.env) });
  khalibre().server.faults.set({ rate: 1, kinds: ['hang-before'], paths: ['/progress/learner'] });
  const stop = new AbortController();
  const first = perform(app.engine, 'enrol', body, stop.signal);
  first.catch(() => undefined);
  await until('the first one waits', () => khalibre().server.requests.inFlight > 0);
  const second = await send(app, body);
  expect([second.status, detailOf(second)]).toEqual([
    409,
    expect.stringMatching(/by another call; try again in a moment/),
  ]);
  stop.abort(new Error('The host is stopping'));
  await expect(first).rejects.toThrow(/nobody can tell whether it happened/);
});
