import type { App } from '../../src/lib/app';
import { abandonBatch, workBatch } from '../../src/lib/enrolments/work-batch';
import { perform } from '../../src/lib/enrolments/perform';
import { RetryableError } from '../../src/lib/errors';
import { createLogger } from '../../src/lib/log';
import { queueNames, tableNames } from '../../src/lib/store/storage';
import { purge } from '../../src/lib/sync/purge';
import { sweep } from '../../src/lib/sync/run/sweep';
import { bodyOf, send } from '../api/send-enrolments';
import { manualClock } from '../http/fixed-clock';
import { type Bridge, leasesIn, startBridge, until } from '../setup/bridge';
import { startStorageProxy } from '../setup/storage-proxy';
import { seen, sendBatch, takeMessages, workMessages } from './batches';

let bridge: Bridge;
let app: App;
let now: number;
const logged: string[] = [];
beforeEach(async () => {
  now = Date.now();
  logged.length = 0;
  const log = createLogger({ level: 'trace', write: (line) => logged.push(line) });
  bridge = await startBridge({
    sandbox: { khalibre: { courses: 4, learners: 4 }, academy: { courses: 3 } },
    overrides: { now: () => now, log },
  });
  app = bridge.app;
  khalibre().putCourse({ id: 5000, title: 'One', end: null, communities: [57] });
});
afterEach(() => bridge.stop());

const khalibre = () => bridge.sandbox.khalibre!.state;
const faults = () => bridge.sandbox.khalibre!.server.faults;
const stop = () => new AbortController().signal;
const address = (i: number): string => `bulk.${i}@example.com`;
const bulkRow = (i: number, more: object = {}) => ({
  source: 'khalibre',
  courseId: '5000',
  learner: { email: address(i) },
  ...more,
});
const rows = (n: number) => Array.from({ length: n }, (_, i) => bulkRow(i));
/** How often each is booked. */
const booked = () =>
  khalibre()
    .progress.filter(({ email }) => email.startsWith('bulk.'))
    .map(({ email }) => email)
    .sort();
const all = (n: number) => Array.from({ length: n }, (_, i) => address(i)).sort();

/** Everything that is stored, by table and queue. */
async function stored(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of tableNames) {
    found[name] = '';
    for await (const entity of app.storage.table(name).listEntities()) found[name] += JSON.stringify(entity);
  }
  for (const name of queueNames) {
    const { peekedMessageItems } = await app.storage.queue(name).peekMessages({ numberOfMessages: 32 });
    found[`queue ${name}`] = peekedMessageItems
      .map(({ messageText }) => Buffer.from(messageText, 'base64').toString('utf8'))
      .join('\n');
  }
  return found;
}

test('rows are taken in, worked, and told one by one and page by page; what is wrong with one costs one', async () => {
  const answer = await send(app, [...rows(3), bulkRow(9, { courseId: '999999', communityId: '57' })]);
  const { batchId, url, total } = bodyOf<{ batchId: string; url: string; total: number }>(answer);
  expect([answer.status, total, answer.headers.location]).toEqual([202, 4, url]);
  expect(url).toBe(`http://localhost:7071/api/enrolments/${batchId}`);
  expect((await seen(app, batchId)).counts).toEqual({ total: 4, done: 0, failed: 0, pending: 4 });
  await workMessages(app);
  const first = await seen(app, batchId, { limit: '3' });
  expect(first).toMatchObject({
    state: 'done',
    counts: { total: 4, done: 3, failed: 1, pending: 0 },
    results: [1, 2, 3].map((row) => ({ row, state: 'enrolled', status: 201 })),
  });
  const second = await seen(app, batchId, { limit: '3', next: first.next! });
  expect(second.results).toEqual([
    { row: 4, state: 'failed', status: 404, error: expect.any(String) as string },
  ]);
  expect(second.next).toBeUndefined();
  expect((await seen(app, batchId, { state: 'failed' })).results.map(({ row }) => row)).toEqual([4]);
  expect(booked()).toEqual(all(3));
});

test('CSV is taken as well; a row is the line of the file', async () => {
  const text = `source,courseId,email\r\nkhalibre,5000,${address(0)}\r\n\r\nkhalibre,5000,${address(1)}\r\n`;
  const batchId = await sendBatch(app, text, { type: 'text/csv; charset=utf-8' });
  await workMessages(app);
  expect((await seen(app, batchId)).results.map(({ row, state }) => [row, state])).toEqual([
    [2, 'enrolled'],
    [4, 'enrolled'],
  ]);
  expect(booked()).toEqual(all(2));
});

test('removals are taken in likewise', async () => {
  const academy = bridge.sandbox.academy!.state;
  const course = [...academy.courses.values()].find(({ status }) => status !== 'DRAFT')!;
  const { id: userId } = academy.addUser({ email: address(0), firstName: 'A', lastName: 'B' });
  academy.enrol({ courseId: course.id, userId });
  const one = { source: 'academyofmine', courseId: String(course.id), learner: { email: address(0) } };
  const batchId = await sendBatch(app, [one], { action: 'remove' });
  await workMessages(app);
  expect((await seen(app, batchId)).results).toEqual([{ row: 1, state: 'removed', status: 200 }]);
  expect(academy.find(course.id, userId)).toBeUndefined();
});

test('one bad row spoils all before anything is done, and each is named', async () => {
  const body = [
    bulkRow(0),
    bulkRow(1, { learner: { email: 'nobody' } }),
    bulkRow(2, { courseId: 'x' }),
    bulkRow(3, { source: 'openedx' }),
    bulkRow(4, { source: 'nowhere' }),
    bulkRow(5, { colour: 'red' }),
    7,
  ];
  const answer = await send(app, body);
  expect(answer.status).toBe(400);
  const { errors } = bodyOf<{ errors: { row: number; field: string; message: string }[] }>(answer);
  expect(errors.map(({ row, field }) => [row, field])).toEqual([
    [2, 'learner.email'],
    [3, 'courseId'],
    [4, 'source'],
    [5, 'source'],
    [6, 'colour'],
    [7, 'row'],
  ]);
  const csv = `source,courseId,email\nkhalibre,5000,${address(0)}\nkhalibre,5000,nobody\n`;
  const told = bodyOf<{ errors: unknown[] }>(await send(app, csv, { type: 'text/csv' }));
  expect(told.errors).toEqual([{ row: 3, field: 'email', message: 'must be a mail address' }]);
  expect(await takeMessages(app)).toEqual([]);
  expect((await stored()).enrolments).toBe('');
  expect(bridge.sandbox.khalibre!.server.requests.total).toBe(0);
});

test('a row that storage cannot hold is named, and nothing of the others is kept', async () => {
  const words = Array.from({ length: 50 }, () => '"'.repeat(200));
  const answer = await send(app, [bulkRow(0), bulkRow(1, { filter: words, location: words })]);
  expect(answer.status).toBe(400);
  expect(bodyOf<{ errors: unknown[] }>(answer).errors).toEqual([
    { row: 2, field: 'row', message: 'is too long to be kept; give it fewer or shorter words' },
  ]);
  expect((await stored()).enrolments).toBe('');
});

test('too many rows or bytes are 413, none 400', async () => {
  expect(
    (
      await send(
        app,
        Array.from({ length: 5_001 }, () => ({})),
      )
    ).status,
  ).toBe(413);
  expect((await send(app, ' '.repeat(2 * 1024 * 1024 + 1))).status).toBe(413);
  expect((await send(app, [])).status).toBe(400);
  expect((await send(app, 'source,email\n', { type: 'text/csv' })).status).toBe(400);
});

test('a repeat with the same key is the same batch, even when the first died half-way', async () => {
  const batchId = await sendBatch(app, rows(2), { key: 'bulk' });
  const again = await send(app, rows(2), { key: 'bulk' });
  expect([bodyOf<{ batchId: string }>(again).batchId, again.headers['idempotency-replayed']]).toEqual([
    batchId,
    'true',
  ]);
  expect(again.headers.location).toContain(batchId);
  expect((await send(app, rows(3), { key: 'bulk' })).status).toBe(422);
  expect(await takeMessages(app)).toEqual([{ batchId }]);

  const failing = bridge.another();
  // Kept, and the message not sent: the caller is told to try again.
  failing.engine.wakeUps.send = () => Promise.reject(new Error('The host died'));
  await expect(send(failing, rows(2), { key: 'died' })).rejects.toThrow('The host died');
  const later = await sendBatch(app, rows(2), { key: 'died' });
  const open: string[] = [];
  for await (const one of app.engine.enrolments.open()) open.push(one.batchId);
  expect(open.sort()).toEqual([batchId, later].sort());
});

test('the same learner twice in a batch is booked once', async () => {
  const batchId = await sendBatch(app, [bulkRow(0), bulkRow(0), bulkRow(0)]);
  await workMessages(app);
  expect((await seen(app, batchId)).counts).toMatchObject({ done: 3 });
  expect(booked()).toEqual([address(0)]);
});

test('a crash in between: another app does the rest, and nobody is booked twice', async () => {
  const n = 12;
  const proxy = await startStorageProxy(bridge.env.AzureWebJobsStorage!);
  const clock = manualClock(Date.now());
  const leases = leasesIn(bridge.env, clock);
  const first = bridge.another(
    { leases: leasesIn({ AzureWebJobsStorage: proxy.connectionString }, clock) },
    { AzureWebJobsStorage: proxy.connectionString },
  );
  const batchId = await sendBatch(first, rows(n));
  // Its storage is gone from the fifth booking on: what it did there, it cannot write down.
  const { server, state } = bridge.sandbox.khalibre!;
  const book = state.putProgress.bind(state);
  state.putProgress = (row) => {
    if (booked().length === 4) proxy.mood = { type: 'refuses', status: 403 };
    return book(row);
  };
  await expect(workBatch(first.engine, batchId, stop())).rejects.toThrow(/storage account refuses/);
  const done = (await seen(app, batchId)).counts.done;
  expect(booked().length).toBeGreaterThan(done);
  expect(booked().length).toBeLessThan(n);
  const bookings = server.requests.to('/course/booking').length;

  const second = bridge.another({ leases });
  await takeMessages(app);
  expect(await leases.isHeld(`enrolments-${batchId}`)).toBe(true);
  await clock.advance(65_000);
  expect(await leases.isHeld(`enrolments-${batchId}`)).toBe(false);
  now += 60_000;
  await sweep(second.engine);
  await workMessages(second);
  expect((await seen(second, batchId)).counts).toEqual({ total: n, done: n, failed: 0, pending: 0 });
  expect(booked()).toEqual(all(n));
  expect(server.requests.to('/course/booking').length).toBeLessThanOrEqual(bookings + n - done);
  await proxy.stop();
});

test('a host that stops puts its rows back untried', async () => {
  const batchId = await sendBatch(app, rows(6));
  faults().set({ rate: 1, kinds: ['hang-before'], paths: ['/progress/learner'] });
  const stopping = new AbortController();
  await takeMessages(app);
  const work = workBatch(app.engine, batchId, stopping.signal);
  await until('it waits', () => bridge.sandbox.khalibre!.server.requests.inFlight > 0);
  stopping.abort(new Error('The host is stopping'));
  await work;
  faults().set();
  expect((await seen(app, batchId)).counts.pending).toBe(6);
  for await (const { attempts, begun } of app.engine.enrolments.rows(batchId))
    expect([attempts, begun]).toEqual([0, false]);
  await workMessages(app);
  expect(booked()).toEqual(all(6));
});

test('a host that is stopping says so, and not that another call is at it', async () => {
  const stopping = AbortSignal.abort(new Error('The host is stopping'));
  const work = perform(app.engine, 'enrol', bulkRow(1), stopping);
  await expect(work).rejects.toThrow(RetryableError);
  await expect(work).rejects.toThrow(/host is stopping, and nothing was asked/);
  expect(booked()).toEqual([]);
});

test('a lost message is sent again by the sweep, and only then', async () => {
  const batchId = await sendBatch(app, rows(2));
  await takeMessages(app);
  await sweep(app.engine);
  expect(await takeMessages(app)).toEqual([]);
  now += 31_000;
  await sweep(app.engine);
  expect(await workMessages(app)).toBeGreaterThan(0);
  expect((await seen(app, batchId)).state).toBe('done');
  now += 60_000;
  await sweep(app.engine);
  expect(await takeMessages(app)).toEqual([]);
});

test('what was half-written when its host died is cleared away, and never worked', async () => {
  const batchId = 'a'.repeat(32);
  await app.engine.enrolments.create({
    batchId,
    action: 'enrol',
    createdAt: now,
    rows: [{ row: 1, source: 'khalibre', asked: JSON.stringify(bulkRow(0)) }],
  });
  // The batch's own row is written last.
  await app.storage.table('enrolments').deleteEntity(batchId, 'batch');
  await workBatch(app.engine, batchId, stop());
  expect((await stored()).enrolments).toContain(address(0));
  now += 11 * 60_000;
  await sweep(app.engine);
  expect((await stored()).enrolments).toBe('');
  expect(booked()).toEqual([]);
});

test('a vendor that is down is tried again with growing delays, and left alone meanwhile', async () => {
  faults().set({ rate: 1, kinds: ['reset-before'], paths: ['/'] });
  const batchId = await sendBatch(app, rows(20));
  await workMessages(app);
  const after = await seen(app, batchId);
  expect(after.counts.pending).toBe(20);
  const tried = [];
  for await (const { attempts } of app.engine.enrolments.rows(batchId))
    if (attempts > 0) tried.push(attempts);
  expect(tried.length).toBeLessThanOrEqual(6);
  expect(after.results[0]?.error).toMatch(/khalibre/);
  faults().set();
  for (let i = 0; i < 5 && (await seen(app, batchId)).state !== 'done'; i++) {
    now += 60_000;
    await sweep(app.engine);
    await workMessages(app);
  }
  expect((await seen(app, batchId)).counts).toMatchObject({ done: 20 });
});

test('a page instead of an answer is tried again; after the last attempt the row says why it failed', async () => {
  faults().set({ rate: 1, kinds: ['login-page'], paths: ['/progress/learner'] });
  const batchId = await sendBatch(app, rows(1));
  const { attempts } = app.engine.patience.events;
  for (let i = 0; i < attempts; i++) {
    expect((await seen(app, batchId)).counts.pending).toBe(1);
    await takeMessages(app);
    await workBatch(app.engine, batchId, stop());
    now += 2 * 3600_000;
  }
  expect((await seen(app, batchId)).results).toMatchObject([
    { row: 1, state: 'failed', status: 502, error: expect.stringMatching(/khalibre/) as string },
  ]);
  expect((await stored()).enrolments).not.toContain('@');
});

test('a pause that the vendor asks for is kept, and costs no attempt', async () => {
  faults().set({ rate: 1, kinds: ['429-seconds'], retryAfterSeconds: 1_800, count: 1 });
  const batchId = await sendBatch(app, rows(8));
  const before = Date.now();
  await workMessages(app);
  expect(Date.now() - before).toBeLessThan(20_000);
  const calls = bridge.sandbox.khalibre!.server.requests.total;
  expect(calls).toBeLessThanOrEqual(8);
  const batch = await app.engine.enrolments.read(batchId);
  expect(batch!.dueAt - now).toBeGreaterThan(1_700_000);
  for await (const { attempts } of app.engine.enrolments.rows(batchId)) expect(attempts).toBe(0);
  now += 60_000;
  await sweep(app.engine);
  expect(await takeMessages(app)).toEqual([]);
  expect(bridge.sandbox.khalibre!.server.requests.total).toBe(calls);
});

test('credentials that are wrong end the rows at once, without a call for each', async () => {
  const wrong = bridge.another({}, { LMS__khalibre__clientSecret: 'wrong' });
  const batchId = await sendBatch(wrong, rows(30));
  await workMessages(wrong);
  const { counts, results } = await seen(wrong, batchId);
  expect(counts).toMatchObject({ failed: 30 });
  expect(results[29]).toMatchObject({ status: 502, error: expect.stringMatching(/clientSecret/) as string });
  expect(bridge.sandbox.khalibre!.server.requests.total).toBeLessThan(10);
});

test('a message that the platform gives up on fails the rows it died at, and the rest goes on', async () => {
  const batchId = await sendBatch(app, rows(4));
  await takeMessages(app);
  const [first] = [await app.engine.enrolments.rows(batchId).next()];
  await app.engine.enrolments.change(first.value as never, { begun: true, attempts: 1 });
  await abandonBatch(app.engine, batchId);
  await workMessages(app);
  const { state, counts, results } = await seen(app, batchId);
  expect([state, counts]).toEqual(['done', { total: 4, done: 3, failed: 1, pending: 0 }]);
  expect(results[0]?.error).toMatch(/^Its worker failed every time, and nobody can tell/);
  await abandonBatch(app.engine, batchId);

  const other = await sendBatch(app, rows(2));
  now += 25 * 3600_000;
  await abandonBatch(app.engine, other);
  expect(await seen(app, other)).toMatchObject({ state: 'done', counts: { failed: 2 } });
  expect((await stored()).enrolments).not.toContain('@');
});

test('rows that no worker came to, since storage was away, are done once it is back', async () => {
  const proxy = await startStorageProxy(bridge.env.AzureWebJobsStorage!);
  const cut = bridge.another({}, { AzureWebJobsStorage: proxy.connectionString });
  const batchId = await sendBatch(app, rows(2));
  await takeMessages(app);
  proxy.mood = { type: 'refuses', status: 403 };
  await expect(workBatch(cut.engine, batchId, stop())).rejects.toThrow(/storage account refuses/);
  proxy.mood = { type: 'works' };
  await abandonBatch(cut.engine, batchId);
  expect((await seen(app, batchId)).counts).toMatchObject({ failed: 0, pending: 2 });
  now += 90_000;
  await sweep(app.engine);
  await workMessages(app);
  expect((await seen(app, batchId)).counts).toMatchObject({ done: 2 });
  await proxy.stop();
});

test('a row that kills its worker each time ends as well', async () => {
  const batchId = await sendBatch(app, rows(1));
  const { value } = await app.engine.enrolments.rows(batchId).next();
  await app.engine.enrolments.change(value as never, {
    begun: true,
    attempts: app.engine.patience.events.attempts,
  });
  await workMessages(app);
  expect((await seen(app, batchId)).results).toMatchObject([
    { state: 'failed', error: expect.stringMatching(/died every time/) as string },
  ]);
  expect(booked()).toEqual([]);
});

test('a long batch is worked in parts, each a message', async () => {
  const { patience } = app.engine;
  const short = bridge.another({ patience: { ...patience, sliceBudgetMs: 0 } });
  const batchId = await sendBatch(app, rows(3));
  await takeMessages(app);
  await workBatch(short.engine, batchId, stop());
  expect((await seen(app, batchId)).counts.pending).toBe(3);
  expect(await workMessages(app)).toBe(1);
  expect((await seen(app, batchId)).state).toBe('done');
});

test('two workers at one batch book nobody twice', async () => {
  const batchId = await sendBatch(app, rows(10));
  const other = bridge.another();
  await Promise.all([app, other].map(({ engine }) => workBatch(engine, batchId, stop())));
  expect((await seen(app, batchId)).state).toBe('done');
  expect(booked()).toEqual(all(10));
});

test('whom it is about is kept only until it is done, and is in no log, queue or answer', async () => {
  const batchId = await sendBatch(app, [...rows(2), bulkRow(7, { courseId: '999999', communityId: '57' })], {
    key: 'k',
  });
  const before = await stored();
  expect(before.enrolments).toContain(address(0));
  for (const [place, text] of Object.entries(before))
    if (place !== 'enrolments') expect([place, text.includes('@example.com')]).toEqual([place, false]);
  await workMessages(app);
  for (const [place, text] of Object.entries(await stored()))
    expect([place, text.includes('@example.com')]).toEqual([place, false]);
  expect(logged.length).toBeGreaterThan(2);
  expect(logged.join('')).not.toContain('@example.com');
  expect(JSON.stringify(await seen(app, batchId))).not.toContain('@');
  for (const { path, query } of bridge.sandbox.khalibre!.server.requests.entries)
    if (!path.includes('/progress/learner')) expect(path + JSON.stringify(query)).not.toContain('@');
});

test('batches go once they are older than the retention, ended or not', async () => {
  await sendBatch(app, rows(120));
  const day = 24 * 3600_000;
  now += 29 * day;
  await purge(app.engine, 30);
  expect((await stored()).enrolments).toContain(address(119));
  now += 2 * day;
  await purge(app.engine, 30);
  expect((await stored()).enrolments).toBe('');
  await workMessages(app);
  expect(booked()).toEqual([]);
});

test('a batch that nobody knows is 404', async () => {
  for (const id of ['c'.repeat(32), 'x', '../index', 'index'])
    expect(await seen(app, id)).toMatchObject({ status: 404 });
});
