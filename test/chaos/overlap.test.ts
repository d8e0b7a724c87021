import { cancelRun } from '../../src/lib/sync/run/cancel';
import { startRun } from '../../src/lib/sync/run/start';
import { sweep } from '../../src/lib/sync/run/sweep';
import { tick } from '../../src/lib/sync/tick';
import { planRun } from '../../src/lib/sync/run/plan';
import { workRun } from '../../src/lib/sync/run/work-run';
import { workSlice } from '../setup/one-slice';
import { readRunMessage, readSliceMessage } from '../../src/lib/sync/messages';
import { isEnded, type Run } from '../../src/lib/domain/run';
import { utc } from '../../src/lib/domain/time';
import { type Bridge, briskLeases, quick, startBridge, until } from '../setup/bridge';
import { brisk } from './orders';
import { buildWorker, endWorkers, removeWorker, startWorker } from './processes';

beforeAll(buildWorker);
afterAll(removeWorker);

const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
const never = new AbortController().signal;
let bridge: Bridge;
beforeEach(async () => {
  bridge = await startBridge();
});
afterEach(async () => {
  await endWorkers();
  await bridge.stop();
});

async function allRuns(): Promise<Run[]> {
  const runs: Run[] = [];
  for await (const run of bridge.app.engine.runs.list()) if (run.kind === feed.kind) runs.push(run);
  return runs;
}

const allEnded = async (): Promise<boolean> => (await allRuns()).every(isEnded);

test('a timer, a resync and the command line at once: one at a time, the timer’s may be skipped, no other', async () => {
  const other = bridge.another();
  await Promise.all([
    startRun(bridge.app.engine, feed, { trigger: 'timer', tick: utc(Date.now()) }),
    startRun(other.engine, feed, { trigger: 'resync', mode: 'full' }),
    startRun(bridge.app.engine, feed, { trigger: 'cli', mode: 'full' }),
  ]);
  startWorker(bridge.env);
  startWorker(bridge.env);
  const together: number[] = [];
  await until('all have ended', async () => {
    const runs = await allRuns();
    together.push(runs.filter(({ state }) => state === 'running').length);
    return runs.every(isEnded);
  });
  expect(Math.max(...together)).toBe(1);
  const states = Object.fromEntries((await allRuns()).map(({ trigger, state }) => [trigger, state]));
  expect(states).toMatchObject({ resync: 'succeeded', cli: 'succeeded' });
  expect(['succeeded', 'skipped']).toContain(states.timer);
  // A run ends first, and lets go of its feed after that.
  const { feeds } = bridge.app.engine;
  await until('no run is open', async () => (await feeds.listOpen(feed)).length === 0);
});

test('operators’ runs that wait are given the feed’s turn oldest first; a timer’s is skipped', async () => {
  const now = Date.now();
  const at = (seconds: number) => bridge.another({ now: () => now + seconds * 1_000 }).engine;
  const active = await startRun(at(0), feed, { trigger: 'resync' });
  const waiting = await Promise.all(
    [3, 1, 2].map((s) => startRun(at(s), feed, { trigger: s === 2 ? 'cli' : 'resync' })),
  );
  const timer = await startRun(at(4), feed, { trigger: 'timer', tick: utc(now + 4_000) });
  expect(timer).toMatchObject({ state: 'skipped', error: `The run ${active.runId} was still going on` });
  expect(waiting.map(({ state }) => state)).toEqual(['waiting', 'waiting', 'waiting']);
  const turns = [active.runId];
  for (let i = 0; i < 3; i++) {
    await workRun(at(10), turns.at(-1) ?? '', never);
    turns.push((await bridge.app.engine.feeds.read(feed)).activeRun ?? 'none');
  }
  const [third, first, second] = waiting.map(({ runId }) => runId);
  expect(turns).toEqual([active.runId, first, second, third]);
});

test('a tick that fires twice, early and late, on two instances starts one run', async () => {
  const midday = Math.ceil(Date.now() / 86_400_000) * 86_400_000 - 43_200_000;
  const at = (ms: number) => bridge.another({ now: () => midday + ms });
  const early = at(-40);
  const late = at(900);
  await Promise.all([early, late, early, late].map((app) => tick(app.engine, app.settings, 'consumption')));
  const [run, ...more] = await allRuns();
  expect(more).toEqual([]);
  expect(await workRun(bridge.app.engine, run?.runId ?? '', never)).toMatchObject({ trigger: 'timer' });
  await tick(late.engine, late.settings, 'consumption');
  expect(await allRuns()).toHaveLength(1);
  expect(await bridge.app.engine.feeds.listOpen(feed)).toEqual([]);
});

test('a run that nobody works on is cancelled at once', async () => {
  const { engine } = bridge.app;
  const run = await startRun(engine, feed, { trigger: 'cli' });
  await planRun(engine, run.runId, never);
  expect(await cancelRun(engine, run.runId)).toMatchObject({ state: 'cancelled' });
  expect((await engine.feeds.read(feed)).activeRun).toBeUndefined();
});

test('a run whose worker hangs at its source is cancelled within five seconds, and the next goes on from there', async () => {
  const patience = { ...quick, cancelPollMs: 2_000 };
  const { engine } = bridge.another({ patience });
  const run = await startRun(engine, feed, { trigger: 'cli' });
  await planRun(engine, run.runId, never);
  bridge.sandbox.openEdx.server.faults.set({ rate: 1, kinds: ['hang-before'] });
  const working = workRun(engine, run.runId, never);
  await until('it hangs', () => bridge.sandbox.openEdx.server.requests.inFlight > 0);
  const asked = Date.now();
  await cancelRun(bridge.app.engine, run.runId);
  const ended = await working;
  expect(Date.now() - asked).toBeLessThan(5_000);
  expect(ended).toMatchObject({ state: 'cancelled', counts: { sent: 0 } });
  bridge.sandbox.openEdx.server.faults.set();
  expect(await bridge.sync('consumption')).toMatchObject({ state: 'succeeded', counts: { sent: 300 } });
});

test('a cancelled run whose worker was killed is ended by the sweep', async () => {
  const worker = startWorker(bridge.env, {
    start: { feed, trigger: 'cli' },
    at: { step: 'before post', signal: 'SIGKILL' },
  });
  await worker.exit;
  const { engine } = bridge.another({ leases: briskLeases(bridge.env, brisk.ttlMs) });
  const [run] = await allRuns();
  await cancelRun(engine, run?.runId ?? '');
  await until('the run is cancelled', async () => {
    await sweep(engine);
    return (await allRuns())[0]?.state === 'cancelled';
  });
  expect((await bridge.app.engine.feeds.read(feed)).activeRun).toBeUndefined();
  expect(await bridge.app.engine.feeds.listOpen(feed)).toEqual([]);
});

test('a run ends although every wake-up call but the sweep’s is lost', async () => {
  const { engine, storage } = bridge.another({}, { LMS__openedx__maxRowsPerSlice: '100' });
  const queues = ['sync-runs', 'sync-slices'] as const;
  const lose = () => Promise.all(queues.map((name) => storage.queue(name).clearMessages()));
  await Promise.all([1, 2].map(() => startRun(engine, feed, { trigger: 'cli' })));
  const receive = async (name: (typeof queues)[number]): Promise<unknown[]> => {
    const { receivedMessageItems } = await storage.queue(name).receiveMessages({ numberOfMessages: 1 });
    return receivedMessageItems.map(({ messageText }) =>
      JSON.parse(Buffer.from(messageText, 'base64').toString()),
    );
  };
  let sweeps = 0;
  while (!(await allEnded())) {
    await lose();
    await sweep(engine);
    expect(++sweeps).toBeLessThan(40);
    const [plans, slices] = [await receive('sync-runs'), await receive('sync-slices')];
    for (const message of plans) await planRun(engine, readRunMessage(message).runId, never);
    for (const message of slices) {
      const { runId, slice } = readSliceMessage(message);
      await workSlice(engine, runId, slice, never);
    }
  }
  expect((await allRuns()).map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
  expect(sweeps).toBeGreaterThan(4);
  expect(bridge.sandbox.ldServices.state.consumption.size).toBe(300);
});
