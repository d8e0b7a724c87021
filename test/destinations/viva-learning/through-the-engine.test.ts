import { type Graph, startGraph } from '../../../sandbox/graph';
import { graphSettings } from '../../../sandbox/settings';
import { endPause } from '../../../src/lib/sync/end-pause';
import { replayRecords } from '../../../src/lib/sync/replay';
import { startRun } from '../../../src/lib/sync/run/start';
import { workRun } from '../../../src/lib/sync/run/work-run';
import { notThereYet } from '../../../src/lib/sync/why-not-sent';
import { type Bridge, startBridge } from '../../setup/bridge';

let graph: Graph;
let bridge: Bridge;
afterEach(async () => {
  await bridge.stop();
  await graph.stop();
});

async function begin(env: Record<string, string> = {}): Promise<void> {
  graph = await startGraph({ everybodyAt: [] });
  bridge = await startBridge({
    sandbox: { openEdx: { courses: 4, learners: 12, grades: 40 } },
    env: {
      DESTINATIONS: 'viva',
      DEST__viva__kind: 'viva-learning',
      ...graphSettings('DEST__viva__', graph),
      ...env,
    },
  });
}
const grades = () => [...bridge.sandbox.openEdx.state.grades];
const sync = (kind: 'catalog' | 'consumption') => bridge.sync(kind, { destination: 'viva' });

// Bulk grades are read by time and have no ledger; course by course, they are compared with one.
test.each(['bulk', 'courses'])('learners whom nobody knows cost themselves alone: %s', async (how) => {
  await begin({ LMS__openedx__grades: how });
  const emails = [...new Set(grades().map(({ learner }) => learner.email))];
  const [stranger = '', unlicensed = '', ...known] = emails;
  for (const email of known) graph.state.addUser(email);
  graph.state.unlicensed.add(graph.state.addUser(unlicensed).id);
  const of = (email: string) => grades().filter(({ learner }) => learner.email === email).length;
  await sync('catalog');
  const { state, counts } = await sync('consumption');
  expect({ state, counts }).toMatchObject({
    state: 'succeeded',
    counts: {
      quarantined: 0,
      sent: grades().length - of(stranger) - of(unlicensed),
      skippedBecause: {
        'the directory has no user with this address': of(stranger),
        'the learner has no licence for Viva Learning': of(unlicensed),
      },
    },
  });
  expect(graph.state.activities.size).toBe(counts.sent);
  const ids: string[] = [];
  for await (const row of bridge.app.storage.table('givenids').listEntities()) ids.push(JSON.stringify(row));
  expect(ids.length).toBeGreaterThan(counts.sent);
  const everything = [...bridge.logged, JSON.stringify(counts), ...ids].join('\n');
  expect(everything).not.toMatch(/@example\.com|%40example\.com/);
});

test('a catalog that was never synced fails the results with what to do, and they arrive after it', async () => {
  await begin();
  for (const { learner } of grades()) graph.state.addUser(learner.email);
  const failed = await sync('consumption');
  expect(failed).toMatchObject({ state: 'failed', counts: { sent: 0 } });
  expect(failed.error).toContain('sync the catalog');
  await sync('catalog');
  expect(await sync('consumption')).toMatchObject({ state: 'succeeded' });
  expect(graph.state.activities.size).toBe(grades().length);
});

test('results of courses that the catalog does not list wait in quarantine, and fail nothing', async () => {
  await begin();
  for (const { learner } of grades()) graph.state.addUser(learner.email);
  const { state: edx } = bridge.sandbox.openEdx;
  const [listed, ...others] = [...edx.courses.keys()];
  for (const id of others) edx.putCourse({ id, hidden: true });
  await sync('catalog');
  const waiting = grades().filter(({ courseId }) => courseId !== listed).length;
  expect(waiting).toBeGreaterThan(20);
  const { state, counts } = await sync('consumption');
  expect({ state, counts }).toMatchObject({
    state: 'succeeded',
    counts: {
      sent: grades().length - waiting,
      quarantined: 0,
      skippedBecause: { [notThereYet]: waiting },
    },
  });
  const { engine } = bridge.app;
  expect(await engine.quarantine.count(100)).toBe(waiting);
  for (const id of others) edx.putCourse({ id, hidden: false });
  await sync('catalog');
  const { runs } = await replayRecords(engine, 'cli');
  for (const { runId } of runs)
    expect(await workRun(engine, runId, new AbortController().signal)).toMatchObject({ state: 'succeeded' });
  expect(graph.state.activities.size).toBe(grades().length);
  expect(await engine.quarantine.count(1)).toBe(0);
});

test('what arrived before a long pause is not told again after it', async () => {
  await begin({ LMS__openedx__grades: 'courses' });
  for (const { learner } of grades()) graph.state.addUser(learner.email);
  await sync('catalog');
  graph.state.faults.set({ status: 429, method: 'POST', skip: 5, count: 1, retryAfter: { seconds: 3_600 } });
  const { engine } = bridge.app;
  const { runId } = await startRun(
    engine,
    { source: 'openedx', kind: 'consumption', destination: 'viva' },
    { trigger: 'cli' },
  );
  await workRun(engine, runId, AbortSignal.timeout(3_000));
  graph.state.faults.set();
  await endPause(engine, 'dest-viva');
  expect(await workRun(engine, runId, new AbortController().signal)).toMatchObject({ state: 'succeeded' });
  expect(graph.state.activities.size).toBe(grades().length);
  const posts = graph.state.writes.filter(({ method }) => method === 'POST');
  expect(posts).toHaveLength(grades().length + 1);
});
