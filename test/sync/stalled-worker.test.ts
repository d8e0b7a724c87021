import { PayloadError, RetryableError } from '../../src/lib/errors';
import { planRun } from '../../src/lib/sync/run/plan';
import { workSlice } from '../setup/one-slice';
import { startRun } from '../../src/lib/sync/run/start';
import { manualClock } from '../http/fixed-clock';
import { type Bridge, leasesIn, startBridge } from '../setup/bridge';

/*
 * A worker that stood still for longer than its lease, and did not notice when it goes on.
 */

const never = new AbortController().signal;
const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
let bridge: Bridge;
beforeEach(async () => {
  bridge = await startBridge({ sandbox: { openEdx: { grades: 60 } } });
});
afterEach(() => bridge.stop());

/** Stops at the first POST, until it is told how that ends. */
function stalls(): {
  onStep: (step: string) => Promise<void>;
  at: Promise<void>;
  end: (error?: Error) => void;
} {
  let reached = (): void => undefined;
  const at = new Promise<void>((resolve) => (reached = resolve));
  let end = (_?: Error): void => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve());
  });
  ended.catch(() => undefined);
  const onStep = async (step: string): Promise<void> => {
    if (step !== 'before post') return;
    reached();
    await ended;
  };
  return { onStep, at, end: (error) => end(error) };
}

test.each([
  ['rescheduled', new RetryableError('the sink is away')],
  ['fail', new PayloadError('the sink answered something else')],
] as const)('does not %s the slice that another works on by now', async (_, error) => {
  const { runs } = bridge.app.engine;
  const { runId } = await startRun(bridge.app.engine, feed, { trigger: 'cli' });
  await planRun(bridge.app.engine, runId, never);
  const run = (await runs.read(runId))!;
  const [first, second] = [stalls(), stalls()];
  const clock = manualClock(Date.now());
  // Nobody tells their holder that they ended.
  const neverRenewed = { ...clock, renewMs: 3_600_000 };
  const stalled = bridge.another({ leases: leasesIn(bridge.env, neverRenewed), onStep: first.onStep });
  const working = workSlice(stalled.engine, runId, 1, never);
  await first.at;
  const leases = leasesIn(bridge.env, neverRenewed);
  expect((await leases.alive('place-openedx-')).size).toBe(1);
  await clock.advance(65_000);
  expect((await leases.alive('place-openedx-')).size).toBe(0);
  const successor = bridge.another({ leases, onStep: second.onStep });
  const succeeding = workSlice(successor.engine, runId, 1, never);
  await second.at;
  const taken = await runs.readSlice(run, 1);
  expect(taken).toMatchObject({ state: 'pending', attempts: 2 });

  first.end(error);
  await working;
  expect(await runs.readSlice(run, 1)).toEqual(taken);
  expect(await runs.read(runId)).toMatchObject({ state: 'running', slices: { done: 0, failed: 0 } });

  second.end();
  await succeeding;
  expect(await runs.read(runId)).toMatchObject({
    state: 'succeeded',
    error: undefined,
    counts: { read: 60, sent: 60 },
  });
  expect([...(await leases.alive('place-openedx-'))]).toEqual([]);
  const failures = bridge.logged.filter((line) => line.includes('slice failed'));
  expect(failures).toEqual([]);
});
