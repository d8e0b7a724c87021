import type { FeedKind } from '../../src/lib/domain/feed';
import { startRun } from '../../src/lib/sync/run/start';
import { planRun } from '../../src/lib/sync/run/plan';
import { workRun } from '../../src/lib/sync/run/work-run';
import { type Bridge, startBridge } from '../setup/bridge';

/* One worker plans a run, and the very first answer that another one gets is a maintenance page. */
const go = new AbortController().signal;
let bridge: Bridge;
afterEach(() => bridge.stop());

test.each([
  ['openedx', 'consumption', '/user_grades/'],
  ['khalibre', 'consumption', '/progress/course/'],
  ['khalibre', 'consumption', '/o/oauth2/token'],
] as const)('%s, %s: a page at %s is tried again later', async (source, kind: FeedKind, path) => {
  bridge = await startBridge({ sandbox: { khalibre: { courses: 4, learners: 5 } } });
  const { engine } = bridge.app;
  const { runId } = await startRun(engine, { source, kind, destination: 'ld' }, { trigger: 'cli' });
  await planRun(engine, runId, go);
  const { server } = source === 'khalibre' ? bridge.sandbox.khalibre! : bridge.sandbox.openEdx;
  server.faults.set({ rate: 1, kinds: ['maintenance-page'], paths: [path], count: 1 });
  const run = await workRun(bridge.another().engine, runId, go);
  expect(run).toMatchObject({ state: 'succeeded', counts: { quarantined: 0 } });
  expect(server.faults.plans[0]?.played).toBe(1);
  expect(bridge.logged.join()).toMatch(/answered HTML instead of JSON.*slice will be retried/);
});

test.each([
  ['openedx', 'catalog', '/api/courses/'],
  ['openedx', 'consumption', '/user_grades/'],
  ['khalibre', 'consumption', '/courses'],
] as const)('%s, %s: as the first answer of the run it is a wrong address', async (source, kind, path) => {
  bridge = await startBridge({ sandbox: { khalibre: { courses: 4, learners: 5 } } });
  const { server } = source === 'khalibre' ? bridge.sandbox.khalibre! : bridge.sandbox.openEdx;
  server.faults.set({ rate: 1, kinds: ['maintenance-page'], paths: [path] });
  const began = Date.now();
  const run = await bridge.sync(kind, { source });
  expect(run).toMatchObject({ state: 'failed', error: expect.stringMatching(/HTML instead of JSON; check/) });
  expect(Date.now() - began).toBeLessThan(5_000);
  expect(server.faults.plans[0]?.played).toBe(1);
});

test('a destination that answers so at first has a wrong address, whatever the source answered', async () => {
  bridge = await startBridge();
  const { faults } = bridge.sandbox.ldServices.server;
  faults.set({ rate: 1, kinds: ['maintenance-page'], paths: ['/exptrack'] });
  const run = await bridge.sync('consumption');
  expect(run).toMatchObject({ state: 'failed', error: expect.stringMatching(/L&D services answered HTML/) });
});
