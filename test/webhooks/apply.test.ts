import type { KhCourse } from '../../sandbox/khalibre/course';
import { statuses } from '../../sandbox/khalibre/options';
import { utc } from '../../src/lib/domain/time';
import { endRun } from '../../src/lib/sync/run/finish';
import { startRun } from '../../src/lib/sync/run/start';
import { sweep } from '../../src/lib/sync/run/sweep';
import { workRun } from '../../src/lib/sync/run/work-run';
import { purge } from '../../src/lib/sync/purge';
import { abandonEvent, applyEvent } from '../../src/lib/webhooks/apply-event';
import { replayEvents } from '../../src/lib/webhooks/replay-events';
import { type Bridge, startBridge } from '../setup/bridge';
import { post, settle, take, workQueue } from './hooks';

const minute = 60_000;
const day = 24 * 60 * minute;
const go = new AbortController().signal;

let bridge: Bridge;
let now: number;
beforeEach(async () => {
  now = Date.parse('2026-03-02T10:07:00Z');
  bridge = await startBridge({
    sandbox: { khalibre: { courses: 40, learners: 30, webhook: undefined } },
    overrides: { now: () => now },
  });
});
afterEach(() => bridge.stop());

const khalibre = () => bridge.sandbox.khalibre!;
const eventOf = (eventId: string) => bridge.app.engine.inbox.read(eventId);
const sent = (id: number) => bridge.sandbox.ldServices.state.catalog.get(`17|${id}`)?.record;
const posts = () => bridge.sandbox.ldServices.state.posts.length;
const catalog = () => bridge.sync('catalog', { source: 'khalibre' });
const listed = (): KhCourse[] =>
  khalibre()
    .state.listed()
    .filter(({ visible }) => visible);
const reads = (part: string): number =>
  khalibre()
    .server.requests.to(part)
    .filter(({ path }) => path.includes(part)).length;

test('a course that changed goes out as it is now; one that did not is left alone', async () => {
  await catalog();
  const [course] = listed();
  khalibre().state.putCourse({ id: course!.id, title: 'Fire safety, again' });
  const before = posts();
  const eventId = await take(bridge.app, { eventType: 'course.updated', courseId: course!.id });
  expect(await workQueue(bridge.app)).toBe(1);
  expect(await eventOf(eventId)).toMatchObject({ state: 'applied', attempts: 1, error: undefined });
  expect(sent(course!.id)).toMatchObject({
    Name: expect.stringContaining('Fire safety, again'),
    Deleted: 'false',
  });
  await take(bridge.app, { eventType: 'course.updated', courseId: course!.id });
  await workQueue(bridge.app);
  expect(posts()).toBe(before + 1);
});

test('a course that is gone goes out as deleted, whatever the event says of it', async () => {
  await catalog();
  const [gone, hidden] = listed();
  khalibre().state.removeCourse(gone!.id);
  khalibre().state.putCourse({ id: hidden!.id, state: 'draft' });
  for (const { id } of [gone!, hidden!])
    await take(bridge.app, { eventType: 'course.updated', courseId: id });
  await workQueue(bridge.app);
  expect([sent(gone!.id)?.Deleted, sent(hidden!.id)?.Deleted]).toEqual(['true', 'true']);
});

test('a forged deletion does no harm', async () => {
  await catalog();
  const [course] = listed();
  await take(bridge.app, { eventType: 'course.deleted', courseId: course!.id });
  await take(bridge.app, { eventType: 'course.deleted', courseId: 999_999 });
  await workQueue(bridge.app);
  expect(sent(course!.id)?.Deleted).toBe('false');
});

test('an event about one learner asks for that learner alone', async () => {
  const [row] = khalibre().state.progress.filter(({ courseId }) =>
    listed().some(({ id }) => id === courseId),
  );
  khalibre().state.putProgress({ ...row!, completedActivity: 99, status: statuses.completed });
  const eventId = await take(bridge.app, {
    type: 'course.status',
    data: { courseId: row!.courseId, emailAddress: row!.email },
  });
  await workQueue(bridge.app);
  expect(await eventOf(eventId)).toMatchObject({ state: 'applied' });
  const held = [...bridge.sandbox.ldServices.state.consumption.values()].map(({ record }) => record);
  expect(held).toHaveLength(1);
  expect(held[0]).toMatchObject({ UserAlias: row!.email, ConsumptionStatus: 'Passed' });
  expect([reads('/progress/learner'), reads('/progress/course')]).toEqual([1, 0]);
});

test('a thousand completions of one course cost a handful of reads', async () => {
  const [course] = listed();
  const learners = Array.from({ length: 1000 }, (_, n) => `learner${n}@example.com`);
  for (const email of learners)
    khalibre().state.putProgress({
      courseId: course!.id,
      email,
      completedActivity: 99,
      status: statuses.completed,
    });
  for (let i = 0; i < learners.length; i += 50) {
    const some = learners.slice(i, i + 50);
    await Promise.all(
      some.map((learnerEmail) =>
        take(bridge.app, { eventType: 'course.status', courseId: course!.id, learnerEmail }),
      ),
    );
    now += 100;
  }
  // Looked at while they still come in: gathered, not read.
  await workQueue(bridge.app);
  expect(reads('/progress/course')).toBe(0);
  now += 5_000;
  await settle(bridge.app);
  const rows = khalibre().state.progress.filter(({ courseId }) => courseId === course!.id).length;
  expect(reads('/progress/course')).toBe(Math.ceil(rows / 100));
  expect(await count('applied')).toBe(1000);
  expect(bridge.sandbox.ldServices.state.consumption.size).toBe(rows);
}, 60_000);

test('what changes between the read and the send is not lost: two workers never leave the older state', async () => {
  await catalog();
  const [course] = listed();
  const other = bridge.another();
  khalibre().state.putCourse({ id: course!.id, title: 'The older one' });
  const first = await take(bridge.app, { eventType: 'course.updated', courseId: course!.id });
  let second = '';
  bridge.sandbox.ldServices.server.onRequest = async ({ path }) => {
    if (!path.includes('/Catalog/') || second) return;
    // The first worker has read and is sending. The other one now has a newer event of the same course.
    khalibre().state.putCourse({ id: course!.id, title: 'The newer one' });
    second = await take(other, { eventType: 'course.updated', courseId: course!.id });
    now += minute;
    // And the older one's message comes a second time: only the course's lease keeps the other worker away.
    for (const eventId of [first, second]) await applyEvent(other.engine, eventId, go);
    expect(await eventOf(second)).toMatchObject({ state: 'received' });
  };
  await applyEvent(bridge.app.engine, first, go);
  expect(await eventOf(first)).toMatchObject({ state: 'applied' });
  expect(sent(course!.id)?.Name).toContain('The older one');
  await settle(other);
  expect(sent(course!.id)?.Name).toContain('The newer one');
});

test('workers that race for the events of one course read it once, and none is left', async () => {
  await catalog();
  const [course] = listed();
  const apps = Array.from({ length: 4 }, () => bridge.another());
  for (let n = 0; n < 8; n++) await take(bridge.app, { eventType: 'course.updated', courseId: course!.id });
  now += minute;
  await Promise.all(apps.map((app) => workQueue(app)));
  await settle(bridge.app);
  expect(await count('applied')).toBe(8);
  expect(reads(`/course/${course!.id}`)).toBe(1);
});

test('a vendor that is down: growing delays for hours, then dead, and a replay brings it', async () => {
  const { engine } = bridge.another({ random: () => 0 });
  const [course] = listed();
  khalibre().server.faults.set({ rate: 1, kinds: ['login-page'], paths: ['/course/'] });
  const eventId = await take(bridge.app, { eventType: 'course.updated', courseId: course!.id });
  const delays: number[] = [];
  for (let tries = 1; tries <= 11; tries++) {
    await applyEvent(engine, eventId, go);
    const waiting = (await eventOf(eventId))!;
    expect(waiting).toMatchObject({ state: 'received', attempts: tries, error: expect.any(String) });
    delays.push(waiting.dueAt - now);
    // Before it is due nothing is asked of the vendor.
    const asked = reads('/course/');
    await applyEvent(engine, eventId, go);
    expect(reads('/course/')).toBe(asked);
    now = waiting.dueAt;
  }
  // Half of each at the least; chance adds up to the other half.
  expect(delays.map((delay) => delay / 1000)).toEqual([
    15, 30, 60, 120, 240, 480, 960, 1800, 1800, 1800, 1800,
  ]);
  await applyEvent(engine, eventId, go);
  expect(await eventOf(eventId)).toMatchObject({ state: 'dead', attempts: 12 });
  khalibre().server.faults.set();
  now += day;
  expect(await replayEvents(bridge.app.engine)).toBe(1);
  await settle(bridge.app);
  expect(await eventOf(eventId)).toMatchObject({ state: 'applied', attempts: 1, error: undefined });
  expect(sent(course!.id)?.Deleted).toBe('false');
});

test('a new event of a course is tried at once, and takes those along that wait for their next attempt', async () => {
  const [course] = listed();
  khalibre().server.faults.set({ rate: 1, kinds: ['login-page'], paths: ['/course/'] });
  const old = await take(bridge.app, { eventType: 'course.updated', courseId: course!.id });
  await workQueue(bridge.app);
  khalibre().server.faults.set();
  now += 5_000;
  const fresh = await take(bridge.app, { eventType: 'course.updated', courseId: course!.id });
  now += 5_000;
  await applyEvent(bridge.app.engine, fresh, go);
  expect([(await eventOf(old))?.state, (await eventOf(fresh))?.state]).toEqual(['applied', 'applied']);
});

test('a fifth of the catalog and no more goes by webhook in a day; the rest is dead and names allowDeletes', async () => {
  await catalog();
  const courses = listed();
  const gone = courses.slice(0, 12);
  for (const { id } of gone) {
    khalibre().state.removeCourse(id);
    await take(bridge.app, { eventType: 'course.deleted', courseId: id });
  }
  await settle(bridge.app);
  expect(gone.filter(({ id }) => sent(id)?.Deleted === 'true')).toHaveLength(9);
  const dead = [];
  for await (const { event } of bridge.app.engine.inbox.list('khalibre', { state: 'dead' })) dead.push(event);
  expect(dead).toHaveLength(3);
  expect(dead[0]?.error).toContain('allowDeletes');
  now += day + minute;
  await replayEvents(bridge.app.engine);
  await settle(bridge.app);
  expect(gone.filter(({ id }) => sent(id)?.Deleted === 'true')).toHaveLength(12);
});

test('events that nobody can read start one run a feed at the end of their quarter of an hour, not before', async () => {
  const ids = [];
  for (let n = 0; n < 5; n++) {
    ids.push(await take(bridge.app, { result: 'notified', success: true }));
    now += minute;
  }
  expect(await workQueue(bridge.app)).toBe(0);
  for (const id of ids) await applyEvent(bridge.app.engine, id, go);
  expect(await runs()).toEqual([]);
  now = Date.parse('2026-03-02T10:15:00Z');
  await Promise.all(ids.map((id) => applyEvent(bridge.another().engine, id, go)));
  await settle(bridge.app);
  expect(await runs()).toEqual([
    ['khalibre-catalog-20260302T101500Z', 'webhook'],
    ['khalibre-consumption-20260302T101500Z', 'webhook'],
  ]);
  // They wait for what comes of the runs.
  expect(await count('received')).toBe(5);
  await workRuns();
  now += minute;
  await settle(bridge.app);
  expect(await count('applied')).toBe(5);
  expect(await runs()).toHaveLength(2);
});

/** Works all runs that are open to their end. */
async function workRuns(): Promise<void> {
  for (const { runId } of await bridge.app.engine.feeds.listOpen())
    await workRun(bridge.app.engine, runId, go);
}

test('a run that began before the event arrived does not answer it', async () => {
  const tick = utc(Date.parse('2026-03-02T10:15:00Z'));
  await startRun(
    bridge.app.engine,
    { source: 'khalibre', kind: 'catalog', destination: 'ld' },
    { trigger: 'timer', tick },
  );
  await workRuns();
  now += minute;
  const eventId = await take(bridge.app, { type: 'community.updated' });
  now = Date.parse('2026-03-02T10:15:00Z');
  await settle(bridge.app);
  expect(await eventOf(eventId)).toMatchObject({ state: 'received' });
  expect((await runs()).map(([runId]) => runId)).toEqual([
    'khalibre-catalog-20260302T101500Z',
    'khalibre-catalog-20260302T101501Z',
  ]);
  await workRuns();
  now += minute;
  await settle(bridge.app);
  expect(await eventOf(eventId)).toMatchObject({ state: 'applied' });
});

test('an event whose run failed waits for one that does not', async () => {
  const eventId = await take(bridge.app, { type: 'community.updated' });
  now = Date.parse('2026-03-02T10:15:00Z');
  await settle(bridge.app);
  const [open] = await bridge.app.engine.feeds.listOpen();
  await endRun(bridge.app.engine, open!.runId, 'failed', 'The source was away');
  now += minute;
  await settle(bridge.app);
  expect(await eventOf(eventId)).toMatchObject({
    state: 'received',
    attempts: 1,
    error: 'The source was away',
  });
  now += minute;
  await settle(bridge.app);
  await workRuns();
  now += minute;
  await settle(bridge.app);
  expect(await eventOf(eventId)).toMatchObject({ state: 'applied' });
  expect(await runs()).toHaveLength(2);
});

test('a source that is read by windows starts a run for its results, and reads one course of its catalog', async () => {
  const [id] = [...bridge.sandbox.openEdx.state.courses.keys()];
  for (const type of ['course.status', 'course.updated']) await takeAt('openedx', { type, courseId: id });
  await settle(bridge.app);
  expect(bridge.sandbox.ldServices.state.catalog.size).toBe(1);
  now = Date.parse('2026-03-02T10:15:00Z');
  await settle(bridge.app);
  expect(await runs()).toEqual([['openedx-consumption-20260302T101500Z', 'webhook']]);
});

test('an Open edX that is read course by course is asked for the results of one', async () => {
  const app = bridge.another({}, { LMS__openedx__grades: 'courses' });
  const [{ courseId } = { courseId: '' }] = [...bridge.sandbox.openEdx.state.grades];
  await takeAt('openedx', { type: 'course.activity', courseId, learnerEmail: 'nobody@example.com' }, app);
  await settle(app);
  const rows = bridge.sandbox.openEdx.state.grades.ofCourse(courseId).length;
  expect(bridge.sandbox.ldServices.state.consumption.size).toBe(rows);
  expect(await count('applied', 'openedx')).toBe(1);
});

test('an event whose message was lost is found by the sweep', async () => {
  const [course] = listed();
  const eventId = await take(bridge.app, { eventType: 'course.updated', courseId: course!.id });
  await bridge.app.storage.queue('webhook-events').clearMessages();
  await sweep(bridge.app.engine);
  expect(await workQueue(bridge.app)).toBe(0);
  now += minute;
  await sweep(bridge.app.engine);
  expect(await workQueue(bridge.app)).toBe(1);
  expect(await eventOf(eventId)).toMatchObject({ state: 'applied' });
});

test('a message that the platform gave up on leaves its event dead; one without an event is harmless', async () => {
  const eventId = await take(bridge.app, { eventType: 'course.updated', courseId: 1 });
  await abandonEvent(bridge.app.engine, eventId);
  expect(await eventOf(eventId)).toMatchObject({
    state: 'dead',
    error: expect.stringContaining('see the log'),
  });
  await abandonEvent(bridge.app.engine, eventId);
  await applyEvent(bridge.app.engine, `khalibre-${'0'.repeat(24)}`, go);
  await applyEvent(bridge.app.engine, 'nonsense', go);
});

test('a host that stops puts its event back without costing it an attempt', async () => {
  const eventId = await take(bridge.app, { eventType: 'course.updated', courseId: listed()[0]!.id });
  await applyEvent(bridge.app.engine, eventId, AbortSignal.abort(new Error('stopping')));
  expect(await eventOf(eventId)).toMatchObject({ state: 'received', attempts: 0 });
});

test('events go once they are older than the retention; what still waits stays', async () => {
  const old = await take(bridge.app, { eventType: 'course.updated', courseId: listed()[0]!.id });
  await settle(bridge.app);
  const waiting = await take(bridge.app, { eventType: 'course.updated', courseId: listed()[1]!.id });
  now += 31 * day;
  const fresh = await take(bridge.app, { type: 'user.created' });
  await purge(bridge.app.engine, 30);
  expect(await eventOf(old)).toBeUndefined();
  expect(await bridge.app.engine.inbox.raw(old)).toBeUndefined();
  expect(await eventOf(waiting)).toBeDefined();
  expect(await eventOf(fresh)).toBeDefined();
});

test('nothing of a body is logged', async () => {
  await take(bridge.app, {
    eventType: 'course.status',
    courseId: listed()[0]!.id,
    learnerEmail: 'ann@example.com',
  });
  await settle(bridge.app);
  expect(bridge.logged.join('')).toContain('events applied');
  expect(bridge.logged.join('')).not.toContain('ann@');
});

async function takeAt(source: string, body: unknown, app = bridge.app): Promise<void> {
  expect((await post(app, { source, body })).status).toBe(202);
}

async function count(state: 'received' | 'applied' | 'dead', source = 'khalibre'): Promise<number> {
  let n = 0;
  for await (const _ of bridge.app.engine.inbox.list(source, { state })) n++;
  return n;
}

async function runs(): Promise<string[][]> {
  const found: string[][] = [];
  for await (const { runId, trigger } of bridge.app.engine.runs.list()) found.push([runId, trigger]);
  return found.sort();
}

test('an event whose row is damaged does not hold up the others of its course', async () => {
  await catalog();
  const [course] = listed();
  const body = { eventType: 'course.updated', courseId: course!.id };
  const damaged = await take(bridge.app, body);
  const eventId = await take(bridge.app, { ...body, again: true });
  const table = bridge.app.storage.table('inbox');
  for await (const { partitionKey = '', rowKey = '', ...row } of table.listEntities())
    if (rowKey.startsWith('event-') && row.eventId === damaged)
      await table.updateEntity({ partitionKey, rowKey, task: '{' }, 'Merge');
  now += minute;
  await sweep(bridge.app.engine);
  await settle(bridge.app);
  expect(await eventOf(eventId)).toMatchObject({ state: 'applied' });
});

test('a course that arrived while its host was told to stop has arrived: its event is applied', async () => {
  await catalog();
  const [course] = listed();
  khalibre().state.putCourse({ id: course!.id, title: 'Fire safety, again' });
  const eventId = await take(bridge.app, { eventType: 'course.updated', courseId: course!.id });
  const stop = new AbortController();
  const onStep = (step: string): void => {
    if (step === 'after post') stop.abort(new Error('The host is stopping'));
  };
  const host = bridge.another({ onStep });
  await applyEvent(host.engine, eventId, stop.signal);
  expect(await eventOf(eventId)).toMatchObject({ state: 'applied', attempts: 1 });
});
