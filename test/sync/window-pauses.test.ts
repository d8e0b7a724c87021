import { startRun } from '../../src/lib/sync/run/start';
import { type Bridge, startBridge } from '../setup/bridge';
import { notAtSink } from './at-sink';
import { GoByGo, pauseAfter } from './goes';

const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
let bridge: Bridge;
let host: GoByGo;
afterEach(() => bridge.stop());

async function open(env: Record<string, string>): Promise<void> {
  bridge = await startBridge({
    sandbox: { openEdx: { courses: 2, learners: 80, grades: 60 } },
    env: { LMS__openedx__concurrency: '1', ...env },
  });
  host = new GoByGo(bridge);
}

test.each([2, 3])('a vendor that wants a rest every %i calls is read whole in the end', async (calls) => {
  await open({ LMS__openedx__pageSize: '10' });
  const { runId } = await startRun(host.app().engine, feed, { trigger: 'cli' });
  const { faults } = bridge.sandbox.openEdx.server;
  const run = await host.work(runId, { before: () => faults.set(pauseAfter(calls, 'user_grades')) });
  faults.set();
  expect(run).toMatchObject({ state: 'succeeded', counts: { read: 60, sent: 60 } });
  expect(notAtSink(bridge.sandbox)).toEqual([]);
});

test.each([2, 4])('so is one page for a sink that wants a rest every %i batches', async (batches) => {
  await open({ LMS__openedx__pageSize: '100', LD__batchSize: '7', LD__concurrency: '1' });
  const { runId } = await startRun(host.app().engine, feed, { trigger: 'cli' });
  const { faults } = bridge.sandbox.ldServices.server;
  const run = await host.work(runId, { before: () => faults.set(pauseAfter(batches, 'onsumption')) });
  faults.set();
  expect(run).toMatchObject({ state: 'succeeded', counts: { read: 60, sent: 60 } });
  expect(notAtSink(bridge.sandbox)).toEqual([]);
});
