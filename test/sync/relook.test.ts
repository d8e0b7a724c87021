import type { Run } from '../../src/lib/domain/run';
import type { Utc } from '../../src/lib/domain/time';
import { tick } from '../../src/lib/sync/tick';
import { workRun } from '../../src/lib/sync/run/work-run';
import { type Bridge, startBridge } from '../setup/bridge';

/*
 * The nightly second look (`relookHours`): a source may commit a row long after the time that it writes into it, behind
 * the watermark.
 */

const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
let bridge: Bridge;
let now = 0;
beforeEach(async () => {
  now = Date.parse('2026-03-01T22:00:00Z');
  bridge = await startBridge({
    sandbox: { clock: () => now, openEdx: { gradesTo: Date.parse('2026-02-20T00:00:00Z') } },
    overrides: { now: () => now },
    env: { LMS__openedx__relookHours: '12', LMS__openedx__lagMinutes: '10' },
  });
});
afterEach(() => bridge.stop());

/** The timer's run at a time, worked to its end. */
async function runAt(time: string, app = bridge.app): Promise<Run> {
  now = Date.parse(time);
  const [run] = await tick(app.engine, app.settings, 'consumption');
  return workRun(app.engine, run!.runId, new AbortController().signal);
}

const watermark = async (): Promise<Utc | undefined> => (await bridge.app.engine.feeds.read(feed)).watermark;

/** A row that the source commits now, with the time that it was worked out at. */
function commit(learner: string, modified: string): void {
  const [course = ''] = bridge.sandbox.openEdx.state.courses.keys();
  bridge.sandbox.openEdx.state.grade({
    email: `${learner}@example.com`,
    courseId: course,
    percent: 0.9,
    modified: Date.parse(modified),
  });
}
const hasArrived = (learner: string): boolean =>
  [...bridge.sandbox.ldServices.state.consumption.keys()].some((key) =>
    key.startsWith(`${learner}@example.com|`),
  );

test('rows that were committed late arrive with the first timer’s run of the night, and only then', async () => {
  await runAt('2026-03-01T22:00:00Z');
  // The day's own second look is over by then.
  await runAt('2026-03-01T22:15:00Z');
  commit('late', '2026-03-01T15:00:00Z');
  commit('too-late', '2026-03-01T09:00:00Z');
  const evening = await runAt('2026-03-01T23:45:00Z');
  expect(evening).toMatchObject({ state: 'succeeded', counts: { read: 0 } });
  expect(hasArrived('late')).toBe(false);
  const before = await watermark();
  expect(before).toBe('2026-03-01T23:35:00Z');

  const night = await runAt('2026-03-02T00:00:00Z');
  expect(night).toMatchObject({
    state: 'succeeded',
    window: { from: '2026-03-01T11:35:00Z', to: '2026-03-01T23:50:00Z' },
    counts: { read: 1, sent: 1 },
  });
  expect([hasArrived('late'), hasArrived('too-late')]).toEqual([true, false]);
  // It is where it would be without the second look.
  expect(await watermark()).toBe('2026-03-01T23:50:00Z');

  // Once a night: what comes in behind the watermark now waits for the next one.
  commit('later', '2026-03-01T20:00:00Z');
  expect(await runAt('2026-03-02T00:15:00Z')).toMatchObject({
    window: { from: '2026-03-01T23:50:00Z', to: '2026-03-02T00:05:00Z' },
    counts: { read: 0 },
  });
  expect(await runAt('2026-03-02T12:00:00Z')).toMatchObject({ counts: { read: 0 } });
  expect(hasArrived('later')).toBe(false);
  // The next night looks back for twelve hours, not for a day.
  commit('later', '2026-03-02T03:00:00Z');
  expect(await runAt('2026-03-03T00:00:00Z')).toMatchObject({ counts: { read: 1 } });
  expect(hasArrived('later')).toBe(true);
});

test('a second look that fails moves no watermark, loses nothing, and is made again by the next run', async () => {
  await runAt('2026-03-01T22:00:00Z');
  await runAt('2026-03-01T22:15:00Z');
  commit('late', '2026-03-01T15:00:00Z');
  const before = await watermark();
  const { faults } = bridge.sandbox.openEdx.server;
  faults.set({ rate: 1, kinds: ['redirect'], paths: ['user_grades'], skip: 2 });
  expect((await runAt('2026-03-02T00:00:00Z')).state).toBe('failed');
  faults.set();
  expect([await watermark(), hasArrived('late')]).toEqual([before, false]);
  expect(await runAt('2026-03-02T00:15:00Z')).toMatchObject({ state: 'succeeded', counts: { read: 1 } });
  expect(hasArrived('late')).toBe(true);
  expect(await runAt('2026-03-02T00:30:00Z')).toMatchObject({ counts: { read: 0 } });
});

test('an operator’s run takes no second look, nor does it stand for the night’s', async () => {
  await runAt('2026-03-01T22:00:00Z');
  await runAt('2026-03-01T22:15:00Z');
  commit('late', '2026-03-01T15:00:00Z');
  now = Date.parse('2026-03-02T00:05:00Z');
  expect(await bridge.sync('consumption')).toMatchObject({ counts: { read: 0 } });
  expect(await runAt('2026-03-02T00:15:00Z')).toMatchObject({ counts: { read: 1 } });
  expect(hasArrived('late')).toBe(true);
});
