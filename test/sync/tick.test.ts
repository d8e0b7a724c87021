import { readSettings } from '../../src/lib/settings';
import type { Run } from '../../src/lib/domain/run';
import { startRun } from '../../src/lib/sync/run/start';
import { lastOccurrence } from '../../src/lib/sync/schedule';
import { tick } from '../../src/lib/sync/tick';
import { type Bridge, startBridge } from '../setup/bridge';

describe('the scheduled time a tick stands for', () => {
  const at = (time: string, ms = 0): number => Date.parse(time) + ms;
  test.each([
    ['on time', '0 */15 * * * *', at('2026-03-01T10:15:00Z'), '2026-03-01T10:15:00Z'],
    ['some milliseconds early', '0 */15 * * * *', at('2026-03-01T10:14:59Z', 990), '2026-03-01T10:15:00Z'],
    ['late', '0 */15 * * * *', at('2026-03-01T10:16:30Z'), '2026-03-01T10:15:00Z'],
    ['past due, after hours', '0 0 2 * * *', at('2026-03-01T15:00:00Z'), '2026-03-01T02:00:00Z'],
    ['two seconds early', '0 0 2 * * *', at('2026-03-01T01:59:58Z'), '2026-03-01T02:00:00Z'],
    ['three seconds before', '0 0 2 * * *', at('2026-03-01T01:59:57Z'), '2026-02-28T02:00:00Z'],
    ['nightly', '0 0 2 * * *', at('2026-03-01T02:00:00Z', 300), '2026-03-01T02:00:00Z'],
  ])('%s', (_, schedule, now, expected) => {
    expect(lastOccurrence(schedule, now)).toBe(expected);
  });
});

describe('a tick', () => {
  let bridge: Bridge;
  let now = Date.parse('2026-03-01T10:15:00Z');
  afterEach(() => bridge.stop());
  const settings = () => {
    const read = readSettings(bridge.env);
    if (!read.ok) throw new Error('the settings of this test are wrong');
    return read.settings;
  };

  test('that fires twice starts one run', async () => {
    bridge = await startBridge({ overrides: { now: () => now } });
    const [first] = await tick(bridge.app.engine, settings(), 'consumption');
    now += 40;
    const [second] = await tick(bridge.app.engine, settings(), 'consumption');
    expect(second?.runId ?? first?.runId).toBe(first?.runId);
    expect(await bridge.app.engine.feeds.listOpen()).toHaveLength(1);
  });

  test('that fires in several hosts while a run goes on is skipped, and told of, once', async () => {
    now = Date.parse('2026-03-01T10:15:00Z');
    bridge = await startBridge({ overrides: { now: () => now } });
    await startRun(
      bridge.app.engine,
      { source: 'openedx', kind: 'consumption', destination: 'ld' },
      { trigger: 'cli' },
    );
    const told: string[] = [];
    const engine = { ...bridge.app.engine, onRunEnded: ({ state }: Run) => void told.push(state) };
    await Promise.all(Array.from({ length: 6 }, () => tick(engine, settings(), 'consumption')));
    expect(told).toEqual(['skipped']);
    expect(await engine.feeds.listOpen()).toHaveLength(1);
  });

  test('that is hours late leaves the next one its run', async () => {
    now = Date.parse('2026-03-01T15:00:00Z');
    bridge = await startBridge({ overrides: { now: () => now } });
    const [late] = await tick(bridge.app.engine, settings(), 'catalog');
    await bridge.app.engine.feeds.update({ source: 'openedx', kind: 'catalog', destination: 'ld' }, () => ({
      activeRun: undefined,
    }));
    now = Date.parse('2026-03-02T02:00:00Z');
    const [next] = await tick(bridge.app.engine, settings(), 'catalog');
    expect(next?.runId).not.toBe(late?.runId);
    expect(next?.state).toBe('waiting');
  });

  test('runs a source with a schedule of its own at the first tick after its occurrence', async () => {
    now = Date.parse('2026-03-01T10:15:00Z');
    bridge = await startBridge({
      overrides: { now: () => now },
      env: { LMS__openedx__consumptionSchedule: '0 0 */2 * * *' },
    });
    const started = async (time: string) => {
      now = Date.parse(time);
      return (await tick(bridge.app.engine, settings(), 'consumption')).length;
    };
    expect(await started('2026-03-01T10:15:00Z')).toBe(1);
    expect(await started('2026-03-01T10:30:00Z')).toBe(0);
    expect(await started('2026-03-01T11:45:00Z')).toBe(0);
    expect(await started('2026-03-01T12:00:00Z')).toBe(1);
    expect(await started('2026-03-01T12:15:00Z')).toBe(0);
  });

  test('leaves out a source that is not enabled', async () => {
    bridge = await startBridge({ overrides: { now: () => now }, env: { LMS__openedx__enabled: 'false' } });
    expect(await tick(bridge.app.engine, settings(), 'catalog')).toHaveLength(0);
  });
});
