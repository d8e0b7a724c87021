import type { App } from '../../src/lib/app';
import type { Run, Slice } from '../../src/lib/domain/run';
import { beginRun } from '../../src/lib/sync/run/begin';
import { workLane } from '../../src/lib/sync/run/lane';
import { placesTaken } from '../../src/lib/sync/run/places';
import { planRun } from '../../src/lib/sync/run/plan';
import { startRun } from '../../src/lib/sync/run/start';
import { workRun } from '../../src/lib/sync/run/work-run';
import { workBatch } from '../../src/lib/enrolments/work-batch';
import { applyEvent } from '../../src/lib/webhooks/apply-event';
import { replayEvents } from '../../src/lib/webhooks/replay-events';
import { seen, sendBatch } from '../enrolments/batches';
import { type Bridge, startBridge } from '../setup/bridge';
import { take } from '../webhooks/hooks';

/*
 * Two workers of different settings on one storage: an older version while a newer one is rolled out, or a command
 * line with other settings. Whoever does not know a source leaves its work to others.
 */

const never = new AbortController().signal;
const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
const minute = 60_000;
const xapi = {
  DEST__other__kind: 'xapi',
  DEST__other__baseUrl: 'https://lrs.example.com/xapi',
  DEST__other__key: 'key',
  DEST__other__secret: 'secret',
};
let bridge: Bridge;
let now: number;
/** Its settings name the other source alone. */
let stranger: App;
/** Its settings name all, with a mistake in those of the source. */
let mistaken: App;

beforeEach(async () => {
  now = Date.now();
  bridge = await startBridge({
    sandbox: {
      openEdx: { courses: 4, learners: 60, grades: 600, endBound: 'exclusive' },
      khalibre: { courses: 6, learners: 6, webhook: undefined },
    },
    env: { LMS__openedx__maxRowsPerSlice: '100' },
    overrides: { now: () => now },
  });
  stranger = bridge.another({}, { LMS_SOURCES: 'khalibre' });
  mistaken = bridge.another({}, { LMS__openedx__baseUrl: 'nonsense' });
});
afterEach(() => bridge.stop());

const read = async (runId: string): Promise<Run> => (await bridge.app.engine.runs.read(runId))!;

async function slices(runId: string): Promise<Slice[]> {
  const all: Slice[] = [];
  for await (const slice of bridge.app.engine.runs.slices(await read(runId))) all.push(slice);
  return all;
}

async function planned(): Promise<string> {
  const { engine } = bridge.app;
  const { runId } = await startRun(engine, feed, { trigger: 'cli', here: true });
  await planRun(engine, runId, never);
  return runId;
}

describe('a run', () => {
  test('is planned by a worker that knows its source, however old the run is', async () => {
    const { engine } = bridge.app;
    const { runId } = await startRun(engine, feed, { trigger: 'cli' });
    now += 120 * minute;
    await beginRun(stranger.engine, { runId }, never);
    expect(await read(runId)).toMatchObject({
      state: 'waiting',
      planAttempts: 0,
      left: { at: now, why: expect.stringContaining('There is no source openedx') },
    });
    now += 31_000;
    await planRun(engine, runId, never);
    expect(await read(runId)).toMatchObject({ state: 'running', left: undefined });
  });

  test('whose plan meets wrong settings fails at once, and names the setting', async () => {
    const { runId } = await startRun(mistaken.engine, feed, { trigger: 'cli' });
    await planRun(mistaken.engine, runId, never);
    expect(await read(runId)).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/^LMS__openedx__baseUrl /),
    });
  });

  const strangers = [
    ['does not know its source', () => stranger, 'There is no source openedx'],
    ['has wrong settings of its source', () => mistaken, 'LMS__openedx__baseUrl'],
    [
      'does not know its destination',
      () => bridge.another({}, { DESTINATIONS: 'other', ...xapi }),
      'There is no destination ld',
    ],
  ] as const;

  test.each(strangers.slice(0, 2))('keeps its slices from a worker that %s', async (_, other, why) => {
    const { engine, storage } = bridge.app;
    const runId = await planned();
    await storage.queue('sync-slices').clearMessages();
    const before = await slices(runId);
    expect(before.length).toBeGreaterThanOrEqual(6);
    await workLane(other().engine, { runId, slice: 2 }, never);
    await workLane(other().engine, { runId }, never);
    // Not one was taken, and nobody is called who would be the same: the sweep calls.
    expect(await slices(runId)).toEqual(before);
    expect([...(await placesTaken(engine, feed))]).toEqual([]);
    const { peekedMessageItems } = await storage.queue('sync-slices').peekMessages();
    expect(peekedMessageItems).toEqual([]);
    expect((await read(runId)).left).toEqual({ at: now, why: expect.stringContaining(why) as string });
    await workLane(engine, { runId, slice: 2 }, never);
    expect(await read(runId)).toMatchObject({ state: 'succeeded', left: undefined, counts: { sent: 600 } });
  });

  test.each(strangers)(
    'fails half an hour after a worker that %s left it, if none came',
    async (_, other, why) => {
      const runId = await planned();
      await workLane(other().engine, { runId }, never);
      now += 29 * minute;
      await workLane(other().engine, { runId }, never);
      expect(await read(runId)).toMatchObject({ state: 'running' });
      now += 2 * minute;
      await workLane(other().engine, { runId, slice: 1 }, never);
      const { state, error } = await read(runId);
      expect([state, error]).toEqual([
        'failed',
        expect.stringMatching(`^For half an hour no worker could take it up: .*${why}`),
      ]);
      expect((await bridge.app.engine.feeds.read(feed)).activeRun).toBeUndefined();
    },
  );

  test('that is not planned fails half an hour after it was first left', async () => {
    const { runId } = await startRun(bridge.app.engine, feed, { trigger: 'cli' });
    await planRun(stranger.engine, runId, never);
    now += 31 * minute;
    await planRun(stranger.engine, runId, never);
    expect(await read(runId)).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('There is no source openedx'),
    });
  });

  test('has its half an hour anew once a worker came, and after a pause', async () => {
    const { engine } = bridge.app;
    const runId = await planned();
    await workLane(stranger.engine, { runId }, never);
    now += 20 * minute;
    await workLane(engine, { runId }, never, { most: 1 });
    expect((await read(runId)).left).toBeUndefined();
    await workLane(stranger.engine, { runId }, never);
    now += 20 * minute;
    await workLane(stranger.engine, { runId }, never);
    expect(await read(runId)).toMatchObject({ state: 'running' });
    // All that is left of it waits for the end of a pause.
    const run = await read(runId);
    for await (const { number } of engine.runs.slices(run, 'pending'))
      await engine.runs.updateSlice(run, number, () => ({ dueAt: now + 60 * minute }));
    now += 61 * minute;
    await workLane(stranger.engine, { runId }, never);
    expect((await workRun(engine, runId, never)).state).toBe('succeeded');
  });

  test('goes on when somebody takes it up in the moment in which it would fail', async () => {
    const { engine } = bridge.app;
    const runId = await planned();
    await workLane(stranger.engine, { runId }, never);
    now += 31 * minute;
    let isUp = false;
    const feeds = new Proxy(stranger.engine.feeds, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (key !== 'update') return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        // Right before the end is written.
        return async (...args: Parameters<typeof target.update>) => {
          if (!isUp) await workLane(engine, { runId }, never, { most: 1 });
          isUp = true;
          return target.update(...args);
        };
      },
    });
    await workLane({ ...stranger.engine, feeds }, { runId }, never);
    expect(isUp).toBe(true);
    expect(await read(runId)).toMatchObject({ state: 'running', error: undefined });
    expect((await engine.feeds.read(feed)).activeRun).toBe(runId);
    expect((await workRun(engine, runId, never)).state).toBe('succeeded');
  });
});

describe('enrolments', () => {
  const learner = (i: number) => ({ email: `left.${i}@example.com`, firstName: 'Left', lastName: 'Over' });
  const enrolment = (i: number, courseId: string) => ({ source: 'khalibre', courseId, learner: learner(i) });
  const batch = async (): Promise<string> => {
    const { state } = bridge.sandbox.khalibre!;
    state.putCourse({ id: 5000, title: 'One', end: null, communities: [57] });
    return sendBatch(
      bridge.app,
      [1, 2, 3, 4, 5].map((i) => enrolment(i, '5000')),
    );
  };
  const others = [
    ['does not know their source', { LMS_SOURCES: 'openedx' }, 'There is no source khalibre'],
    ['has wrong settings of it', { LMS__khalibre__baseUrl: 'nonsense' }, 'LMS__khalibre__baseUrl'],
  ] as const;

  test.each(others)('are left alone by a worker that %s', async (_, env, why) => {
    const batchId = await batch();
    const other = bridge.another({}, env);
    for (let i = 0; i < 3; i++) {
      await workBatch(other.engine, batchId, never);
      now += 31_000;
    }
    const { counts, results } = await seen(bridge.app, batchId);
    expect(counts).toMatchObject({ pending: 5, failed: 0 });
    // One look at the first tells of all.
    expect(results.filter(({ error }) => error !== undefined)).toEqual([
      expect.objectContaining({ row: 1, error: expect.stringContaining(why) as string }),
    ]);
    await workBatch(bridge.app.engine, batchId, never);
    expect((await seen(bridge.app, batchId)).counts).toMatchObject({ done: 5, pending: 0 });
  });

  test('fail when no worker that knows their source came within half an hour', async () => {
    const batchId = await batch();
    const other = bridge.another({}, { LMS_SOURCES: 'openedx' });
    await workBatch(other.engine, batchId, never);
    now += 31 * minute;
    await workBatch(other.engine, batchId, never);
    const { counts, results } = await seen(bridge.app, batchId);
    expect(counts).toMatchObject({ failed: 5, pending: 0 });
    expect(new Set(results.map(({ error }) => error))).toEqual(
      new Set([expect.stringMatching(/^For half an hour no worker could take it up: There is no source/)]),
    );
  });
});

describe('an event', () => {
  const event = async (eventId: string) => (await bridge.app.engine.inbox.read(eventId))!;
  const course = async (): Promise<{ eventId: string; id: number }> => {
    await bridge.sync('catalog', { source: 'khalibre' });
    const { state } = bridge.sandbox.khalibre!;
    const { id } = state.listed().find(({ visible }) => visible)!;
    state.putCourse({ id, title: 'Renamed' });
    return { id, eventId: await take(bridge.app, { eventType: 'course.updated', courseId: id }) };
  };

  test('of one course waits for a worker that knows where its records go', async () => {
    const { eventId, id } = await course();
    // What it has itself is no place for them, and to have none is no reason to forget it.
    const other = bridge.another({}, { LMS_SOURCES: 'openedx' });
    await applyEvent(other.engine, eventId, never);
    expect(await event(eventId)).toMatchObject({ state: 'received', attempts: 0, dueAt: now + 30_000 });
    now += 31_000;
    await applyEvent(bridge.app.engine, eventId, never);
    expect(await event(eventId)).toMatchObject({ state: 'applied', error: undefined });
    const { record } = bridge.sandbox.ldServices.state.catalog.get(`17|${id}`)!;
    expect(record.Name).toContain('Renamed');
  });

  test.each([
    ['does not know its source', { LMS_SOURCES: 'openedx' }],
    ['has wrong settings of its source', { LMS__khalibre__baseUrl: 'nonsense' }],
  ])('that wants a run starts none at a worker that %s', async (_, env) => {
    const eventId = await take(bridge.app, { nobody: 'knows what it is' });
    now += 16 * minute;
    await applyEvent(bridge.another({}, env).engine, eventId, never);
    expect(await event(eventId)).toMatchObject({ state: 'received' });
    const runs: Run[] = [];
    for await (const run of bridge.app.engine.runs.list()) runs.push(run);
    expect(runs).toEqual([]);
    now += minute;
    await applyEvent(bridge.app.engine, eventId, never);
    for await (const run of bridge.app.engine.runs.list()) runs.push(run);
    expect(runs.map(({ kind }) => kind).sort()).toEqual(['catalog', 'consumption']);
  });

  test('is dead when no worker that knows its source came within half an hour, and can be replayed', async () => {
    const { eventId } = await course();
    const other = bridge.another({}, { LMS_SOURCES: 'openedx' });
    await applyEvent(other.engine, eventId, never);
    now += 31 * minute;
    await applyEvent(other.engine, eventId, never);
    expect(await event(eventId)).toMatchObject({
      state: 'dead',
      error: expect.stringMatching(
        /^For half an hour no worker could take it up: There is no source khalibre/,
      ),
    });
    expect(await replayEvents(bridge.app.engine, [eventId])).toBe(1);
    await applyEvent(bridge.app.engine, eventId, never);
    expect(await event(eventId)).toMatchObject({ state: 'applied', queuedAt: now });
  });
});
