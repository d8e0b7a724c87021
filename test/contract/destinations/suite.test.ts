import { checkDestination } from '../../../src/cli/check-destination';
import { noteText } from '../../../src/lib/domain/notes';
import { destinationKinds } from '../../../src/lib/destinations/registry';
import type { FeedKind } from '../../../src/lib/domain/feed';
import type { Run } from '../../../src/lib/domain/run';
import { endPause } from '../../../src/lib/sync/end-pause';
import { replayRecords } from '../../../src/lib/sync/replay';
import { startRun } from '../../../src/lib/sync/run/start';
import { workRun } from '../../../src/lib/sync/run/work-run';
import { type Bridge, startBridge } from '../../setup/bridge';
import type { Counterpart } from './counterpart';
import { kinds } from './kinds';

// What every kind of destination promises, through the whole engine. Results are read course by course, so that the
// ledger knows what was told.

test('every kind of the registry is held against the contract', () =>
  expect(kinds.map(({ name }) => name).sort()).toEqual(Object.keys(destinationKinds).sort()));

describe.each(kinds)('$name', ({ name, takes, writesTo, start }) => {
  let to: Counterpart;
  let bridge: Bridge;
  const env = (more: Readonly<Record<string, string>> = {}): Record<string, string> =>
    Object.fromEntries(
      Object.entries({ ...to.settings, kind: name, ...more }).map(([key, value]) => [
        `DEST__x__${key}`,
        value,
      ]),
    );
  beforeEach(async () => {
    to = await start();
    bridge = await startBridge({
      sandbox: { openEdx: { courses: 6, learners: 8, grades: 30, bulkGrades: false } as never },
      env: { DESTINATIONS: 'x', LMS__openedx__grades: 'courses', ...env() },
    });
  });
  afterEach(async () => {
    await bridge.stop();
    await to.stop();
  });

  const never = new AbortController().signal;
  const edx = () => bridge.sandbox.openEdx.state;
  const sync = (kind: FeedKind, options: Parameters<Bridge['sync']>[1] = {}): Promise<Run> =>
    bridge.sync(kind, { destination: 'x', ...options });
  /** The catalog first: some kinds need to know the course before they can be told of a result. */
  const syncAll = async (): Promise<Run[]> => {
    const runs: Run[] = [];
    for (const kind of takes) runs.push(await sync(kind));
    return runs;
  };
  const expectedResults = (): string[] =>
    [...edx().grades].map(({ learner, courseId }) => `${courseId}|${learner.email}`).sort();
  const expectAllThere = (): void => {
    if (takes.includes('catalog'))
      expect([...to.courses().keys()].sort()).toEqual([...edx().courses.keys()].sort());
    expect([...to.results().keys()].sort()).toEqual(expectedResults());
  };

  test('gets everything once, and nothing that it knows already', async () => {
    for (const run of await syncAll()) expect(run).toMatchObject({ state: 'succeeded', error: undefined });
    expectAllThere();
    const writes = to.writes();
    for (const { counts } of await syncAll()) expect(counts).toMatchObject({ sent: 0, quarantined: 0 });
    expect(to.writes()).toBe(writes);
  });

  test('a full sync repeats everything, and changes nothing', async () => {
    await syncAll();
    const [courses, results] = [to.courses(), to.results()];
    for (const kind of takes) {
      const { counts, state, error } = await sync(kind, { mode: 'full' });
      expect({ state, error }).toEqual({ state: 'succeeded', error: undefined });
      expect(counts.sent).toBe(counts.read - counts.skipped);
    }
    expect(to.courses()).toEqual(courses);
    expect(to.results()).toEqual(results);
  });

  test('what was not acknowledged is sent again', async () => {
    if (takes.includes('catalog')) await sync('catalog');
    to.server.faults.set({ rate: 1, kinds: ['500'], paths: [writesTo] });
    const { runId } = await startRun(
      bridge.app.engine,
      { source: 'openedx', kind: 'consumption', destination: 'x' },
      { trigger: 'cli' },
    );
    const failed = await workRun(
      bridge.another({ patience: { ...bridge.app.engine.patience, attempts: 1 } }).engine,
      runId,
      never,
    );
    expect(failed).toMatchObject({ state: 'failed' });
    expect(failed.counts.sent).toBe(0);
    to.server.faults.set();
    expect(await sync('consumption')).toMatchObject({ state: 'succeeded' });
    expect([...to.results().keys()].sort()).toEqual(expectedResults());
  });

  test('an acknowledgement that is lost leads to a repeat that changes nothing', async () => {
    if (takes.includes('catalog')) await sync('catalog');
    to.server.faults.set({
      rate: 1,
      kinds: ['500'],
      paths: [writesTo],
      afterEffect: true,
      count: 2,
    });
    expect(await sync('consumption')).toMatchObject({ state: 'succeeded' });
    expect([...to.results().keys()].sort()).toEqual(expectedResults());
  });

  test('one bad record costs one record, and comes out of quarantine once it is good', async () => {
    const kind: FeedKind = takes.includes('catalog') ? 'catalog' : 'consumption';
    const [bad = ''] = [...edx().courses.keys()];
    const ofBad =
      kind === 'catalog' ? 1 : expectedResults().filter((key) => key.startsWith(`${bad}|`)).length;
    expect(ofBad).toBeGreaterThan(0);
    to.poison([bad]);
    const run = await sync(kind);
    expect(run.state).toBe('partial');
    expect(run.counts).toMatchObject({ quarantined: ofBad, sent: run.counts.read - ofBad });
    for await (const { reason, status } of bridge.app.engine.quarantine.list({ destination: 'x' })) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(reason).not.toMatch(/@|example\.com\/|Bearer/);
    }
    to.poison([]);
    const { runs } = await replayRecords(bridge.app.engine, 'cli');
    for (const { runId } of runs)
      expect(await workRun(bridge.app.engine, runId, never)).toMatchObject({ state: 'succeeded' });
    expect(await bridge.app.engine.quarantine.count(5)).toBe(0);
  });

  if (takes.includes('catalog'))
    test('a course that is gone is withdrawn, one that returns is given again', async () => {
      await sync('catalog');
      const [[id, course] = ['', undefined]] = [...edx().courses];
      edx().removeCourse(id);
      expect((await sync('catalog')).counts).toMatchObject({ deleted: 1, sent: 0 });
      expect(to.courses().get(id)).toMatchObject({ gone: true });
      expect((await sync('catalog')).counts).toMatchObject({ deleted: 0, sent: 0 });
      edx().putCourse(course!);
      expect((await sync('catalog')).counts).toMatchObject({ sent: 1 });
      expect(to.courses().get(id)).toMatchObject({ gone: false });
      edx().putCourse({ id, name: 'Renamed' });
      expect((await sync('catalog')).counts).toMatchObject({ sent: 1 });
      expect(to.courses().get(id)).toEqual({ name: 'Renamed', gone: false });
    });

  test('a dry run tells what would change, and writes nothing', async () => {
    for (const kind of takes) {
      const run = await sync(kind, { dryRun: true });
      expect(run).toMatchObject({ state: 'succeeded', changes: { created: run.counts.read, updated: 0 } });
    }
    expect(to.writes()).toBe(0);
  });

  test.each([
    ['seconds', '429-seconds'],
    ['a date', '429-date'],
    ['no time', '429'],
    ['503 with seconds', '503-seconds'],
  ] as const)('waits as it is told: %s', async (_, fault) => {
    if (takes.includes('catalog')) await sync('catalog');
    to.server.faults.set({ rate: 1, kinds: [fault], paths: [writesTo], count: 1, retryAfterSeconds: 1 });
    expect(await sync('consumption')).toMatchObject({ state: 'succeeded' });
    expect([...to.results().keys()].sort()).toEqual(expectedResults());
  });

  test('a long pause puts the work back, is listed, and ends when an operator says so', async () => {
    if (takes.includes('catalog')) await sync('catalog');
    to.server.faults.set({ rate: 1, kinds: ['429-seconds'], paths: [writesTo], retryAfterSeconds: 3_600 });
    const { engine } = bridge.app;
    const feed = { source: 'openedx', kind: 'consumption', destination: 'x' } as const;
    const { runId } = await startRun(engine, feed, { trigger: 'cli' });
    const run = await workRun(engine, runId, AbortSignal.timeout(1_500));
    expect(run).toMatchObject({ state: 'running', counts: { sent: 0 } });
    expect((await engine.pauses.list(Date.now())).map(({ system }) => system)).toEqual(['dest-x']);
    to.server.faults.set();
    expect(await endPause(engine, 'dest-x')).toBe(true);
    expect(await workRun(engine, runId, never)).toMatchObject({ state: 'succeeded' });
  });

  test('credentials that are renewed are taken up', async () => {
    const [first] = takes;
    await sync(first!);
    const app = bridge.another({}, env(to.rotate()));
    for (const kind of takes) {
      const feed = { source: 'openedx', kind, destination: 'x' } as const;
      const { runId } = await startRun(app.engine, feed, { trigger: 'cli', mode: 'full' });
      expect(await workRun(app.engine, runId, never)).toMatchObject({ state: 'succeeded' });
    }
    expectAllThere();
  });

  test('only learners of the named domains are told, and the rest is counted with the reason', async () => {
    const app = bridge.another({}, env({ learnerDomains: 'elsewhere.example' }));
    const feed = { source: 'openedx', kind: 'consumption', destination: 'x' } as const;
    const { runId } = await startRun(app.engine, feed, { trigger: 'cli' });
    const { counts } = await workRun(app.engine, runId, never);
    expect(counts.skippedBecause).toEqual({ 'the address is outside DEST__x__learnerDomains': counts.read });
    expect(to.results().size).toBe(0);
  });

  test('nobody’s address, no secret and no signed link is logged, whatever happens', async () => {
    if (takes.includes('catalog')) await sync('catalog');
    to.server.faults.set({
      rate: 0.5,
      seed: 3,
      kinds: ['500', '429', 'reset-before', 'maintenance-page'],
      count: 6,
    });
    await sync('consumption');
    to.server.faults.set();
    to.poison([...edx().courses.keys()].slice(0, 2));
    await sync('consumption', { mode: 'full' });
    const secrets = Object.entries(to.settings)
      .filter(([key]) => /secret|key$/i.test(key))
      .map(([, value]) => value);
    const log = bridge.logged.join('\n');
    expect(log).not.toMatch(/@example\.com/);
    for (const secret of secrets) expect(log).not.toContain(secret);
    const errors = [];
    for await (const { error, notes } of bridge.app.engine.runs.list())
      errors.push(error, ...notes.map(noteText));
    expect(errors.join('\n')).not.toMatch(/@example\.com/);
  });

  test('check says that all is well, and what is wrong', async () => {
    const findings = async (more: Record<string, string> = {}) => {
      const { settings } = bridge.another({}, env(more));
      const [entry] = settings.destinations;
      if (!entry?.ok) throw new Error('its settings are wrong');
      return checkDestination(entry, never);
    };
    expect((await findings()).map(({ result }) => result)).not.toContain('wrong');
    expect(to.writes()).toBe(0);
    await to.server.stop();
    const gone = await findings();
    expect(gone.map(({ result }) => result)).toContain('wrong');
  });
});
