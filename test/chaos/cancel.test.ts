import { setTimeout as sleep } from 'node:timers/promises';
import { random } from '../../sandbox/data/random';
import type { App } from '../../src/lib/app';
import { isEnded, type Run } from '../../src/lib/domain/run';
import { LeaseStore } from '../../src/lib/store/leases';
import { cancelRun } from '../../src/lib/sync/run/cancel';
import { placesTaken } from '../../src/lib/sync/run/places';
import { planRun } from '../../src/lib/sync/run/plan';
import { workSlice } from '../setup/one-slice';
import { startRun } from '../../src/lib/sync/run/start';
import { sweep } from '../../src/lib/sync/run/sweep';
import { notAtSink } from '../sync/at-sink';
import { type Bridge, startBridge, until } from '../setup/bridge';
import { lastLeases } from './death';

/*
 * A cancel, the sweep and workers meet at one run, in two apps.
 */

const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
const go = new AbortController().signal;
let bridge: Bridge;
let ends: Run[];
afterEach(() => bridge.stop());

async function begin(): Promise<[App, App]> {
  ends = [];
  bridge = await startBridge({
    sandbox: {
      openEdx: { grades: 600, learners: 60, endBound: 'exclusive', latencyMs: 40 },
      ldServices: { keepBodies: true, latencyMs: 60 },
    },
    env: { LMS__openedx__pageSize: '20', LMS__openedx__maxRowsPerSlice: '100', LD__batchSize: '20' },
  });
  // As the composition root does it for the metrics.
  const app = (): App => {
    const one = bridge.another();
    return { ...one, engine: { ...one.engine, onRunEnded: (run) => ends.push(run) } };
  };
  return [app(), app()];
}

/** A run that is cut into slices. */
async function planned({ engine }: App): Promise<Run> {
  const { runId } = await startRun(engine, feed, { trigger: 'cli' });
  await planRun(engine, runId, go);
  return (await engine.runs.read(runId))!;
}

const pages = (): number => bridge.sandbox.openEdx.server.requests.to('user_grades').length;
const posts = (): number => bridge.sandbox.ldServices.state.posts.length;

/** Waits for the run's end, for which a sweep may be needed: whose slice was just done when the cancel came, says nothing. */
const swept = ({ engine }: App, { runId }: Pick<Run, 'runId'>): Promise<void> =>
  until('it has ended', async () => {
    await sweep(engine);
    return isEnded((await engine.runs.read(runId))!);
  });

/** That nobody works on, asks or sends anything for the run any more, though all its messages come again. */
async function expectOver(apps: readonly App[], run: Run): Promise<void> {
  // A batch that had left and was called off may still be taken by the sink.
  await sleep(200);
  const [first] = apps as [App];
  const before = [pages(), posts(), await first.engine.runs.read(run.runId)];
  for (let slice = 1; slice <= run.slices.total; slice++)
    await Promise.all(apps.map(({ engine }) => workSlice(engine, run.runId, slice, go)));
  await Promise.all(apps.map(({ engine }) => sweep(engine)));
  expect([pages(), posts(), await first.engine.runs.read(run.runId)]).toEqual(before);
  expect([...(await placesTaken(first.engine, feed))]).toEqual([]);
}

/** The run has ended, once, as cancelled, and the next one delivers the rest. */
async function expectCancelled([one, other]: readonly [App, App], run: Run): Promise<void> {
  const { engine } = one;
  const ended = (await engine.runs.read(run.runId))!;
  expect(ended.state).toBe('cancelled');
  expect(ends.map(({ runId, state }) => [runId, state])).toEqual([[run.runId, 'cancelled']]);
  expect(await engine.feeds.listOpen()).toEqual([]);
  await expectOver([one, other], ended);

  const { watermark, activeRun, doneBeyond } = await engine.feeds.read(feed);
  expect(activeRun).toBeUndefined();
  const next = await bridge.sync('consumption');
  expect(next.state).toBe('succeeded');
  // From where the cancelled one had got to, and without what it had done beyond that.
  expect(next.window?.from).toBe(watermark);
  const done = doneBeyond.length > 0 || watermark !== run.window?.from;
  expect(done).toBe(ended.slices.done > 0);
  expect(next.counts.read + ended.counts.read).toBe(600);
  expect(notAtSink(bridge.sandbox)).toEqual([]);
}

test('in the midst of its slices', async () => {
  const apps = await begin();
  const [one, other] = apps;
  const run = await planned(one);
  expect(run.slices.total).toBeGreaterThanOrEqual(6);
  await workSlice(one.engine, run.runId, 1, go);
  const before = pages();
  const working = [
    workSlice(one.engine, run.runId, 2, go),
    workSlice(other.engine, run.runId, 3, go),
    workSlice(other.engine, run.runId, 4, go),
  ];
  await until('all are at their pages', () => pages() >= before + 4);
  await Promise.all([
    cancelRun(one.engine, run.runId),
    cancelRun(other.engine, run.runId),
    sweep(one.engine),
    sweep(other.engine),
    ...working,
  ]);
  await swept(other, run);
  await expectCancelled(apps, run);
});

test('just when its only worker has its slice done', async () => {
  const [one, other] = await begin();
  const run = await planned(one);
  const onStep = async (step: string): Promise<void> => {
    if (step === 'before done') await cancelRun(other.engine, run.runId);
  };
  await workSlice({ ...one.engine, onStep }, run.runId, 1, go);
  expect(ends.map(({ state, slices }) => [state, slices.done])).toEqual([['cancelled', 1]]);
  await expectCancelled([one, other], run);
});

test('that nobody works on, while the sweep and a message find it', async () => {
  const apps = await begin();
  const [one, other] = apps;
  const run = await planned(one);
  await Promise.all([
    cancelRun(one.engine, run.runId),
    cancelRun(other.engine, run.runId),
    sweep(one.engine),
    sweep(other.engine),
    workSlice(other.engine, run.runId, 1, go),
  ]);
  await swept(other, run);
  await expectCancelled(apps, run);
});

test('whose worker died is ended by the sweep, once nothing of that worker can be on its way any more', async () => {
  let leap = 0;
  const apps = await begin();
  const leases = () => new LeaseStore(bridge.app.storage, { now: () => Date.now() + leap });
  const [one, other] = apps.map((app) => ({ ...app, engine: { ...app.engine, leases: leases() } })) as [
    App,
    App,
  ];
  const run = await planned(one);
  const place = (await lastLeases(bridge.app.storage).acquire('place-openedx-0'))!;
  await one.engine.runs.updateSlice(run, 2, () => ({ worker: place.id }));
  await cancelRun(one.engine, run.runId);
  await sweep(other.engine);
  expect(ends).toEqual([]);
  leap = 2 * 60_000;
  await sweep(other.engine);
  await expectCancelled([one, other], run);
});

test('at any moment of its planning and its work', async () => {
  for (let seed = 1; seed <= 8; seed++) {
    const next = random(seed);
    const apps = await begin();
    const { runId } = await startRun(apps[0].engine, feed, { trigger: 'cli' });
    const work = async ({ engine }: App): Promise<void> => {
      await planRun(engine, runId, go);
      for (let slice = 1; slice <= 8; slice++) await workSlice(engine, runId, slice, go);
    };
    const [soon, later] = [next() * 450, next() * 120];
    const disturb = async (): Promise<void> => {
      await sleep(soon);
      const [cancel, repair] = [cancelRun(apps[1].engine, runId), sleep(later)];
      await repair;
      await Promise.all(apps.map(({ engine }) => sweep(engine)));
      await cancel;
    };
    await Promise.all([...apps, ...apps].map(work).concat(disturb()));
    await swept(apps[0], { runId });
    const ended = (await apps[0].engine.runs.read(runId))!;
    expect([seed, ends.map(({ state }) => state)]).toEqual([seed, [ended.state]]);
    expect([seed, ended.state]).toEqual([seed, 'cancelled']);
    await expectOver(apps, ended);
    expect((await bridge.sync('consumption')).state).toBe('succeeded');
    expect([seed, notAtSink(bridge.sandbox)]).toEqual([seed, []]);
    await bridge.stop();
  }
}, 90_000);
