import { purge } from '../../src/lib/sync/purge';
import { type Bridge, startBridge } from '../setup/bridge';

let bridge: Bridge;
let now = Date.now();
beforeEach(async () => {
  now = Date.now();
  bridge = await startBridge({ overrides: { now: () => now } });
});
afterEach(() => bridge.stop());

const days = (n: number): number => n * 24 * 3600_000;
async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test('runs and quarantine go once they are older than the retention; the watermark and the ledger stay', async () => {
  const [{ learner } = { learner: { email: '' } }] = [...bridge.sandbox.openEdx.state.grades];
  bridge.sandbox.ldServices.state.poisoned.add(learner.email);
  await bridge.sync('catalog');
  const partial = await bridge.sync('consumption');
  expect(partial.state).toBe('partial');
  now += days(29);
  await purge(bridge.app.engine, 30);
  expect(await all(bridge.app.engine.runs.list())).toHaveLength(2);
  now += days(2);
  const kept = await bridge.sync('catalog');
  await purge(bridge.app.engine, 30);
  expect((await all(bridge.app.engine.runs.list())).map(({ runId }) => runId)).toEqual([kept.runId]);
  expect(await all(bridge.app.engine.quarantine.list())).toHaveLength(0);
  expect((await bridge.app.engine.feeds.read({ source: 'openedx', kind: 'consumption' })).watermark).toBe(
    partial.window?.to,
  );
  expect(kept.counts).toMatchObject({ sent: 0, unchanged: 12 });
});
