import { readStatusModel } from '../../src/lib/api/status/model';
import { listPauses, postEndPause } from '../../src/lib/api/pauses';
import { type Bridge, startBridge, until } from '../setup/bridge';
import { described } from './described';

let bridge: Bridge;
afterEach(() => bridge.stop());

const pauses = async () =>
  (JSON.parse(described('get', '/pauses', await listPauses(bridge.app)).body ?? '') as { pauses: object[] })
    .pauses;

test('a pause is logged, listed and shown with its reason and end, and an operator ends it', async () => {
  bridge = await startBridge();
  const { faults } = bridge.sandbox.openEdx.server;
  faults.set({
    rate: 1,
    kinds: ['503-seconds'],
    retryAfterSeconds: 7_200,
    paths: ['/api/courses/'],
    count: 1,
  });
  const run = bridge.sync('catalog');
  await until('the source is paused', async () => (await pauses()).length > 0);
  await until('the work waits', () => bridge.logged.join().includes('for a pause'));
  expect(await pauses()).toMatchObject([{ system: 'openedx', why: '503 with Retry-After' }]);
  expect(bridge.logged.join()).toContain('system asks for a pause');
  expect((await readStatusModel(bridge.app)).verdict.reasons.join()).toContain(
    'openedx asked to be left alone until',
  );

  expect(described('post', '/pauses/{system}/end', await postEndPause(bridge.app, 'openedx')).status).toBe(
    200,
  );
  expect(await run).toMatchObject({ state: 'succeeded' });
  expect(await pauses()).toEqual([]);
  expect(described('post', '/pauses/{system}/end', await postEndPause(bridge.app, 'openedx')).status).toBe(
    404,
  );
}, 20_000);

test.each(['429-unix', '403-quota', 'gzip-unsaid'] as const)('a run gets over %s', async (kind) => {
  bridge = await startBridge();
  bridge.sandbox.openEdx.server.faults.set({ rate: 1, kinds: [kind], paths: ['/api/courses/'], count: 2 });
  expect(await bridge.sync('catalog')).toMatchObject({ state: 'succeeded' });
});

test.each(['maintenance-page', 'php-warning'] as const)(
  'a run gets over one %s among its pages',
  async (kind) => {
    bridge = await startBridge({ env: { LMS__openedx__pageSize: '3' } });
    const { faults } = bridge.sandbox.openEdx.server;
    faults.set({ rate: 1, kinds: [kind], paths: ['/api/courses/'], skip: 2, count: 1 });
    expect(await bridge.sync('catalog')).toMatchObject({ state: 'succeeded' });
  },
);

test('a Retry-After of years is not believed', async () => {
  bridge = await startBridge();
  const { faults } = bridge.sandbox.openEdx.server;
  faults.set({
    rate: 1,
    kinds: ['429-seconds'],
    retryAfterSeconds: 500_000_000,
    paths: ['/api/courses/'],
    count: 1,
  });
  expect(await bridge.sync('catalog')).toMatchObject({ state: 'succeeded' });
});
