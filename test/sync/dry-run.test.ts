import { feedTable } from '../../src/lib/api/status/feeds';
import { readStatusModel } from '../../src/lib/api/status/model';
import { runView } from '../../src/lib/api/run-view';
import type { Run } from '../../src/lib/domain/run';
import { run as command } from '../cli/terminal';
import { type Bridge, startBridge } from '../setup/bridge';

// Whoever tries something first must find it nowhere as something that was delivered.
let bridge: Bridge;
let real: Run;
let dry: Run;

beforeAll(async () => {
  // Runs of the same second have no order.
  let later = 0;
  bridge = await startBridge({ overrides: { now: () => Date.now() + later } });
  real = await bridge.sync('catalog');
  later = 60_000;
  dry = await bridge.sync('catalog', { dryRun: true, mode: 'full' });
}, 30_000);
afterAll(() => bridge.stop());

interface Line {
  readonly message: string;
  readonly runId: string;
  readonly counts: Record<string, number>;
}
const linesOf = (run: Run): Line[] =>
  bridge.logged.map((line) => JSON.parse(line) as Line).filter(({ runId }) => runId === run.runId);

test('its counts say what would be sent, and that nothing was', () => {
  const counts = { read: 12, sent: 0, wouldSend: 12, unchanged: 0, skipped: 0, quarantined: 0, deleted: 0 };
  expect(runView(dry).counts).toEqual(counts);
  expect(linesOf(dry).at(-1)).toMatchObject({ message: 'dry run ended', counts });
  expect(runView(real).counts).toMatchObject({ sent: 12 });
  expect(runView(real).counts).not.toHaveProperty('wouldSend');
  expect(linesOf(real).at(-1)).toMatchObject({ message: 'run ended', counts: { sent: 12 } });
});

test('the page keeps showing how the last real run ended, and tells the dry run beside it', async () => {
  const model = await readStatusModel(bridge.app);
  const [feed] = model.feeds;
  expect(feed?.last?.runId).toBe(real.runId);
  expect(feed?.dryRun?.runId).toBe(dry.runId);
  expect(feed?.history).toHaveLength(1);
  const page = feedTable(model).text;
  expect(page).toMatch(/12 sent/);
  expect(page).toMatch(/dry run .*12 to send/s);
});

test('a dry run that fails makes nothing look broken, as many as there may be of them', async () => {
  bridge.sandbox.openEdx.server.faults.set({ rate: 1, kinds: ['404'], paths: ['/api/courses'] });
  for (let i = 0; i < 3; i++)
    expect(await bridge.sync('catalog', { dryRun: true })).toMatchObject({ state: 'failed' });
  bridge.sandbox.openEdx.server.faults.set();
  const { verdict, feeds } = await readStatusModel(bridge.app);
  expect(verdict.level).toBe('good');
  expect(feeds[0]).toMatchObject({ last: { runId: real.runId }, dryRun: { state: 'failed' } });
  const failed = bridge.logged.filter((line) => line.includes('"state":"failed"'));
  expect(failed).toHaveLength(3);
  expect(failed.every((line) => line.includes('"message":"dry run ended"'))).toBe(true);
});

test('the command line tells dry runs from deliveries', async () => {
  const { stdout } = await command('runs --source openedx --kind catalog', bridge.env);
  expect(stdout).toMatch(/succeeded \(dry run\) {3,}12 {3,}- \(12 to send\)/);
  expect(stdout).toMatch(/succeeded {3,}12 {3,}12 /);
});
