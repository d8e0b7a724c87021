import { random } from '../../sandbox/data/random';
import type { GradeRow } from '../../sandbox/data/grade-table';
import { toMs, utc } from '../../src/lib/domain/time';
import { isAmbiguous } from '../../src/lib/domain/zone';
import { startRun } from '../../src/lib/sync/run/start';
import { workRun } from '../../src/lib/sync/run/work-run';
import { type Bridge, startBridge } from '../setup/bridge';
import { notAtSink } from './at-sink';

let bridge: Bridge;
let clock = Date.parse('2026-03-02T08:00:00Z');
afterEach(() => bridge.stop());

const start = (env: Record<string, string> = {}) =>
  startBridge({
    sandbox: { clock: () => clock, openEdx: { timeZone: env.LMS__openedx__timeZone ?? 'UTC', grades: 400 } },
    overrides: { now: () => clock },
    env: { LMS__openedx__lagMinutes: '1', ...env },
  });

async function sync(env: Record<string, string> = {}) {
  const { engine } = bridge.another({}, env);
  const { runId } = await startRun(
    engine,
    { source: 'openedx', kind: 'consumption', destination: 'ld' },
    { trigger: 'cli' },
  );
  return workRun(engine, runId, new AbortController().signal);
}

/** Re-grades a row so that what the sink is told of it changes. */
function turn(row: GradeRow, modified: number): void {
  const { grades } = bridge.sandbox.openEdx.state;
  const now = grades.find(row.learner.email, row.courseId) ?? row;
  bridge.sandbox.openEdx.state.grade({
    email: row.learner.email,
    courseId: row.courseId,
    percent: now.passed ? 0.2 : 0.9,
    modified,
  });
}

const boundsOfServers = (['inclusive', 'exclusive'] as const).flatMap((startBound) =>
  (['inclusive', 'exclusive'] as const).map((endBound) => ({ startBound, endBound })),
);

test.each(boundsOfServers)(
  'whatever is re-graded between pages, every row is at the sink after the next run ($startBound, $endBound)',
  async (bounds) => {
    bridge = await start();
    const { openEdx } = bridge.sandbox;
    Object.assign(openEdx.state.options, bounds);
    expect((await sync()).state).toBe('succeeded');
    let regraded = 0;
    let slices = 0;
    for (let seed = 1; seed <= 5; seed++) {
      const next = random(seed * 31 + boundsOfServers.indexOf(bounds));
      const below = (n: number): number => Math.floor(next() * n);
      const any = (): GradeRow => openEdx.state.grades.at(below(openEdx.state.grades.size)) as GradeRow;
      openEdx.state.options.order = seed % 2 === 0 ? 'id' : 'modified';
      clock += 3_600_000;
      // Whole seconds, and few of them: whole slices share theirs with their neighbours.
      const first = clock;
      for (let n = 0; n < 250; n++) turn(any(), first + 1_000 * below(40));
      clock += 600_000;
      openEdx.server.onRequest = ({ query }) => {
        if (query.get('page_size') === '1' || !query.has('start_date')) return;
        clock += 1_000;
        for (let n = below(4); n > 0; n--, regraded++) turn(any(), clock);
      };
      const env = {
        LMS__openedx__pageSize: String(8 + below(20)),
        LMS__openedx__concurrency: String(1 + below(8)),
        LMS__openedx__maxRowsPerSlice: '100',
      };
      const run = await sync(env);
      openEdx.server.onRequest = undefined;
      expect([seed, run.state, run.error]).toEqual([seed, 'succeeded', undefined]);
      const until = toMs(run.window?.to ?? utc(0));
      const late = notAtSink(bridge.sandbox).filter(({ modified }) => modified < until);
      expect([seed, late]).toEqual([seed, []]);
      slices += run.slices.total;
    }
    clock += 600_000;
    expect((await sync()).state).toBe('succeeded');
    expect(notAtSink(bridge.sandbox)).toEqual([]);
    expect(regraded).toBeGreaterThan(50);
    expect(slices).toBeGreaterThan(10);
  },
  60_000,
);

test.each(boundsOfServers)(
  'rows of a second that two slices share are counted once ($startBound, $endBound)',
  async (bounds) => {
    bridge = await start({ LMS__openedx__pageSize: '7', LMS__openedx__maxRowsPerSlice: '100' });
    const { openEdx, ldServices } = bridge.sandbox;
    Object.assign(openEdx.state.options, bounds);
    const whole = await sync();
    expect([whole.error, whole.counts.read]).toEqual([undefined, openEdx.state.grades.size]);
    clock += 3_600_000;
    // Eighteen rows a second: hardly a cut between slices falls on an empty one.
    const rows = Array.from({ length: 360 }, (_, i) => openEdx.state.grades.at(i) as GradeRow);
    const keys = new Set(rows.map(({ learner, courseId }) => `${learner.email} ${courseId}`));
    rows.forEach((row, i) => turn(row, clock + 1_000 * (i % 20)));
    clock += 600_000;
    const posted = () => ldServices.state.posts.reduce((sum, { records }) => sum + records, 0);
    const before = posted();
    const run = await sync({ LMS__openedx__pageSize: '7', LMS__openedx__maxRowsPerSlice: '100' });
    expect(run.counts).toMatchObject({ read: keys.size, sent: keys.size });
    expect(run.slices.total).toBeGreaterThan(3);
    expect(posted() - before).toBe(keys.size);
    expect(notAtSink(bridge.sandbox)).toEqual([]);
  },
);

test('a server without any order fails the slice by name, and the watermark stays', async () => {
  bridge = await start({ LMS__openedx__pageSize: '10' });
  bridge.sandbox.openEdx.state.options.order = 'unstable';
  const run = await sync();
  expect(run.state).toBe('failed');
  expect(run.error).toContain('unstable order');
  const { watermark } = await bridge.app.engine.feeds.read({
    source: 'openedx',
    kind: 'consumption',
    destination: 'ld',
  });
  expect([watermark, run.window?.from]).toEqual([run.window?.from, utc(Date.parse('2012-01-01'))]);
});

test('no run ends, and no slice begins, in the hour that the server’s clock shows twice', async () => {
  clock = Date.parse('2025-10-25T22:00:00Z');
  const zone = 'Europe/Berlin';
  bridge = await start({ LMS__openedx__timeZone: zone, LMS__openedx__maxRowsPerSlice: '100' });
  const { openEdx } = bridge.sandbox;
  let row = 0;
  for (let n = 0; n < 8; n++) {
    for (let i = 0; i < 20; i++)
      turn(openEdx.state.grades.at((row += 7) % 200) as GradeRow, clock + i * 60_000);
    clock += 45 * 60_000;
    const run = await sync();
    expect([run.state, run.error]).toEqual(['succeeded', undefined]);
    for await (const { work } of bridge.app.engine.runs.slices(run)) {
      if (work.type !== 'window') continue;
      const { from, to } = work.window;
      expect([from, isAmbiguous(from, zone), to, isAmbiguous(to, zone)]).toEqual([from, false, to, false]);
    }
  }
  expect(notAtSink(bridge.sandbox)).toEqual([]);
});

test('bad rows that come together cost themselves, when they are few of the whole window', async () => {
  bridge = await start({ LMS__openedx__pageSize: '50' });
  const { grades, ...state } = bridge.sandbox.openEdx.state;
  // 21 of 600, all of them on the first page.
  for (let n = 0; n < 200; n++)
    bridge.sandbox.openEdx.state.grade({
      email: `more${n}@example.com`,
      courseId: [...state.courses.keys()][0] ?? '',
    });
  for (const row of grades.slice(0, 21)) {
    const { learner, courseId, modified } = row;
    bridge.sandbox.openEdx.state.grade({ email: learner.email, courseId, percent: 7, modified });
  }
  clock += 600_000;
  const run = await sync();
  expect([run.state, run.error, run.counts.quarantined, run.counts.sent]).toEqual([
    'partial',
    undefined,
    21,
    579,
  ]);
});
