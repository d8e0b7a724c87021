import { setTimeout as sleep } from 'node:timers/promises';
import type { PocketServer } from '../../sandbox/server';
import { startRun } from '../../src/lib/sync/run/start';
import { workRun } from '../../src/lib/sync/run/work-run';
import { type Bridge, startBridge } from '../setup/bridge';

const never = new AbortController().signal;

describe('a catalog of many pages', () => {
  let bridge: Bridge;
  afterEach(() => bridge.stop());

  test.each([
    ['openedx', 'openEdx'],
    ['khalibre', 'khalibre'],
  ] as const)('is read several pages at a time (%s)', async (source, system) => {
    bridge = await startBridge({
      sandbox: { openEdx: { courses: 300 }, khalibre: { courses: 120 } },
      env: { LMS__khalibre__pageSize: '10', LMS__openedx__pageSize: '20' },
    });
    const { server } = bridge.sandbox[system] as { server: PocketServer };
    let inFlight = 0;
    let most = 0;
    server.onRequest = async () => {
      most = Math.max(most, ++inFlight);
      await sleep(200);
      inFlight--;
    };
    const { engine } = bridge.app;
    const feed = { source, kind: 'catalog', destination: 'ld' } as const;
    const { runId } = await startRun(engine, feed, { trigger: 'cli' });
    const run = await workRun(engine, runId, never);
    expect(run).toMatchObject({ state: 'succeeded' });
    expect(most).toBeGreaterThan(1);
    expect(run.counts.sent).toBeGreaterThan(30);
    expect(bridge.sandbox.ldServices.state.catalog.size).toBe(run.counts.sent);
  });
});
