import { startRun } from '../../src/lib/sync/run/start';
import { workRun } from '../../src/lib/sync/run/work-run';
import { LeaseStore } from '../../src/lib/store/leases';
import type { App, AppOverrides } from '../../src/lib/app';
import type { Run } from '../../src/lib/domain/run';
import { notAtSink } from '../sync/at-sink';
import { type Bridge, startBridge } from '../setup/bridge';
import { type Death, deathAt, lastLeases } from './death';

/*
 * `parallelSlices` is a promise to the source, whoever asks: it is counted there, by the windows that are asked for at
 * the same time.
 */

const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
const bound = 2;
let bridge: Bridge;
let death: Death | undefined;
let dead: Promise<unknown> | undefined;
beforeEach(async () => {
  bridge = await startBridge({
    sandbox: { openEdx: { grades: 2_000, learners: 300, endBound: 'exclusive', latencyMs: 25 } },
    env: {
      LMS__openedx__pageSize: '10',
      LMS__openedx__maxRowsPerSlice: '100',
      LMS__openedx__parallelSlices: String(bound),
      // So many calls may be in flight that they hide nothing.
      LMS__openedx__concurrency: '16',
    },
  });
});
afterEach(async () => {
  death?.bury();
  await dead?.catch(() => undefined);
  await bridge.stop();
});

const host = (overrides: AppOverrides = {}): App =>
  bridge.another({ leases: new LeaseStore(bridge.app.storage, { skewMs: 0 }), ...overrides });

const work = ({ engine }: App, { runId }: Run): Promise<Run> =>
  workRun(engine, runId, new AbortController().signal);

/** How many slices were at work at the same time, at each page that was asked for. */
function atOnce(): { at: number; slices: number }[] {
  const pages = bridge.sandbox.openEdx.server.requests
    .to('user_grades')
    .filter(({ query }) => query.page_size !== '1')
    .map(({ at, ms, query }) => ({ from: at - ms, to: at, window: query.start_date }));
  return pages.map(({ from: at }) => ({
    at,
    slices: new Set(pages.filter(({ from, to }) => from <= at && at < to).map(({ window }) => window)).size,
  }));
}

const most = (counts: readonly { slices: number }[]): number =>
  Math.max(...counts.map(({ slices }) => slices));

test('two hosts together work as many slices of a source as it allows, never more', async () => {
  const [one, two] = [host(), host()];
  const run = await startRun(one.engine, feed, { trigger: 'cli' });
  // Each would take as many by itself.
  const [ended] = await Promise.all([work(one, run), work(two, run)]);
  expect([ended.state, ended.error, ended.counts.read]).toEqual(['succeeded', undefined, 2_000]);
  expect(ended.slices.total).toBeGreaterThanOrEqual(20);
  expect(most(atOnce())).toBe(bound);
  expect(notAtSink(bridge.sandbox)).toEqual([]);
});

test('a host that dies keeps its place while its lease lives, and frees it then', async () => {
  const ttlMs = 3_000;
  // Slow enough that there is work before and after.
  bridge.sandbox.openEdx.server.options.latencyMs = 60;
  death = deathAt('before post');
  const doomed = host({ leases: lastLeases(bridge.app.storage, ttlMs), onStep: death.onStep });
  const run = await startRun(doomed.engine, feed, { trigger: 'cli' });
  const one = host();
  dead = work({ ...doomed, engine: { ...doomed.engine, openSource: alone(doomed) } }, run);
  await death.died;
  const diedAt = Date.now();
  const ended = await work(one, run);
  expect([ended.state, ended.error, ended.counts.read]).toEqual(['succeeded', undefined, 2_000]);
  const counts = atOnce();
  // What the dead one had asked for may be on its way for a moment.
  const meanwhile = counts.filter(({ at }) => at > diedAt + 100 && at < diedAt + ttlMs - 500);
  expect(most(meanwhile)).toBe(bound - 1);
  expect(most(counts.filter(({ at }) => at > diedAt + ttlMs))).toBe(bound);
  expect(notAtSink(bridge.sandbox)).toEqual([]);
});

/** One slice at a time, so that the host dies with one place in its hand. */
const alone =
  ({ engine }: App): App['engine']['openSource'] =>
  (id) => {
    const open = engine.openSource(id);
    return { ...open, settings: { ...open.settings, parallelSlices: 1 } };
  };
