import { getRun, listRuns } from '../../src/lib/api/runs';
import type { RunView } from '../../src/lib/api/run-view';
import { readStatusModel } from '../../src/lib/api/status/model';
import { statusPage } from '../../src/lib/api/status/page';
import type { StatusVerdict } from '../../src/lib/api/status/shown';
import { type FeedKind } from '../../src/lib/domain/feed';
import { beginRun } from '../../src/lib/sync/run/begin';
import { startRun } from '../../src/lib/sync/run/start';
import { run as cli } from '../cli/terminal';
import { type Bridge, quick, startBridge, until } from '../setup/bridge';
import { described } from './described';

/*
 * During an outage nothing says that all is well: page, API, command line and log tell what a run waits for.
 */

const never = new AbortController().signal;
const minute = 60_000;
const base = 'http://localhost:7071/api';
let bridge: Bridge;
let ahead: number;
const now = (): number => Date.now() + ahead;

beforeEach(async () => {
  ahead = 0;
  // Patient enough to be looked at between two attempts.
  const patience = { ...quick, firstDelayMs: 10 * minute, longestDelayMs: 60 * minute };
  bridge = await startBridge({ overrides: { now, patience } });
});
afterEach(() => bridge.stop());

const openEdx = () => bridge.sandbox.openEdx.server.faults;

async function begin(kind: FeedKind): Promise<string> {
  const feed = { source: 'openedx', kind, destination: 'ld' } as const;
  const { runId } = await startRun(bridge.app.engine, feed, { trigger: 'cli', here: true });
  await beginRun(bridge.app.engine, { runId }, never);
  return runId;
}

const again = (runId: string): Promise<void> => {
  ahead += 61 * minute;
  return beginRun(bridge.app.engine, { runId }, never);
};

async function waiting(runId: string): Promise<RunView['waiting']> {
  const answer = described('get', '/runs/{runId}', await getRun(bridge.app, runId, base));
  return (JSON.parse(answer.body ?? '') as RunView).waiting;
}

interface Told {
  readonly verdict: StatusVerdict;
  readonly page: string;
  readonly run: string;
  readonly runs: string;
  readonly listed: RunView['waiting'];
  readonly json: RunView['waiting'];
}

/** What everybody is told of a run. */
async function told(runId: string): Promise<Told> {
  const { app, env } = bridge;
  const model = await readStatusModel(app);
  const list = described('get', '/runs', await listRuns(app, {}, base));
  const { runs } = JSON.parse(list.body ?? '') as { runs: RunView[] };
  const said = async (args: string): Promise<string> => (await cli(args, env)).stdout;
  return {
    verdict: model.verdict,
    page: statusPage(model, { sources: ['openedx'], destinations: ['ld'] }, 'nonce').text,
    run: await said(`run ${runId}`),
    runs: await said('runs'),
    listed: runs.find((one) => one.runId === runId)?.waiting,
    json: (JSON.parse(await said(`run ${runId} --json`)) as RunView).waiting,
  };
}

const time = String.raw`(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d`;

test('a source that answers 500: which attempt, since when and until when', async () => {
  openEdx().set({ rate: 1, kinds: ['500'], paths: ['/api/courses/'] });
  const runId = await begin('catalog');
  const first = (await waiting(runId))!;
  expect(first).toMatchObject({ why: 'source openedx failed with 500', attempt: 2, attempts: 5 });
  expect(Date.parse(first.since!)).toBeGreaterThan(now() - minute);
  expect(Date.parse(first.until!)).toBeGreaterThan(now() + 4 * minute);

  const all = await told(runId);
  expect([all.listed, all.json]).toEqual([first, first]);
  const text = new RegExp(
    String.raw`source openedx failed with 500 \(since ${time}, attempt 2 of 5 at ${time} UTC\)`,
  );
  for (const one of [all.page, all.run, all.runs, all.verdict.reasons.join(), bridge.logged.join()])
    expect(one).toMatch(text);
  expect(all.verdict).toMatchObject({ level: 'look', headline: 'Working, but something needs a look' });

  const third = again(runId);
  await until('the attempt is under way', async () => (await waiting(runId))?.until === undefined);
  expect(await waiting(runId)).toEqual({ why: first.why, since: first.since, attempt: 2, attempts: 5 });
  await third;
  expect(await waiting(runId)).toMatchObject({ since: first.since, attempt: 3, attempts: 5 });

  openEdx().set();
  await again(runId);
  expect(await waiting(runId)).toBeUndefined();
  expect((await told(runId)).verdict).toMatchObject({ level: 'good' });
});

test('a plan that cannot be made says so, until it can', async () => {
  openEdx().set({ rate: 1, kinds: ['500'], paths: ['/grades'] });
  const runId = await begin('consumption');
  const first = (await waiting(runId))!;
  expect(first).toMatchObject({ why: 'source openedx failed with 500', attempt: 2, attempts: 5 });
  const { verdict, page } = await told(runId);
  expect(verdict.level).toBe('look');
  expect(page).toContain('source openedx failed with 500 (since ');
  await again(runId);
  expect(await waiting(runId)).toMatchObject({ since: first.since, attempt: 3 });
  openEdx().set();
  await again(runId);
  expect(await bridge.app.engine.runs.read(runId)).toMatchObject({
    state: 'succeeded',
    planFailure: undefined,
  });
});

test.each(['catalog', 'consumption'] as const)(
  'a source that asks the %s for an hour: who asked, with what, until when',
  async (kind) => {
    openEdx().set({ rate: 1, kinds: ['503-seconds'], retryAfterSeconds: 3_600, count: 1 });
    const runId = await begin(kind);
    const found = (await waiting(runId))!;
    expect(found).toEqual({
      why: 'openedx asked to be left alone: 503 with Retry-After',
      until: expect.any(String) as string,
    });
    expect(Date.parse(found.until!)).toBeGreaterThan(now() + 55 * minute);
    const all = await told(runId);
    const text = new RegExp(
      String.raw`openedx asked to be left alone: 503 with Retry-After \(until ${time} UTC\)`,
    );
    for (const one of [all.page, all.run, all.runs]) expect(one).toMatch(text);
    expect([all.listed, all.json]).toEqual([found, found]);
    // Once, although a run waits for it.
    expect(all.verdict.level).toBe('look');
    expect(all.verdict.reasons).toEqual([
      expect.stringMatching(/^openedx asked to be left alone until .* UTC \(503 with Retry-After\)\.$/),
    ]);
    const logged = bridge.logged.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(logged).toContainEqual(
      expect.objectContaining({
        runId,
        message: expect.stringMatching(/^(plan|slice) waits for a pause$/) as string,
        why: expect.stringMatching(/pause|left alone/) as string,
      }),
    );
  },
);

test('a destination that is down is told as that', async () => {
  bridge.sandbox.ldServices.server.faults.set({ rate: 1, kinds: ['503'], paths: ['/course'] });
  const runId = await begin('catalog');
  expect(await waiting(runId)).toMatchObject({
    why: 'L&D services failed with 503',
    attempt: 2,
  });
  const { verdict, page } = await told(runId);
  expect(verdict).toMatchObject({ level: 'look' });
  expect(page).toMatch(/L&amp;D services failed with 503 \(since /);
});

test('what failed before does not stay once a slice got on, or is asked to wait', async () => {
  openEdx().set({ rate: 1, kinds: ['500'], paths: ['/api/courses/'] });
  const runId = await begin('catalog');
  expect(await waiting(runId)).toMatchObject({ attempt: 2 });
  openEdx().set({ rate: 1, kinds: ['503-seconds'], retryAfterSeconds: 7_200, count: 1 });
  await again(runId);
  expect(await waiting(runId)).toEqual({
    why: 'openedx asked to be left alone: 503 with Retry-After',
    until: expect.any(String) as string,
  });
});

test('a run that waits for its turn names the one that goes first, and is no trouble', async () => {
  const { engine } = bridge.app;
  const feed = { source: 'openedx', kind: 'catalog', destination: 'ld' } as const;
  const active = await startRun(engine, feed, { trigger: 'cli', here: true });
  const next = await startRun(engine, feed, { trigger: 'cli' });
  expect(await waiting(next.runId)).toEqual({ why: `The run ${active.runId} of the same feed goes first` });
  expect(await waiting(active.runId)).toBeUndefined();
  expect((await readStatusModel(bridge.app)).verdict.level).toBe('good');
});

test('a run that is left to other workers says why', async () => {
  const runId = await begin('catalog');
  const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
  const left = await startRun(bridge.app.engine, feed, { trigger: 'cli', here: true });
  await beginRun(bridge.another({}, { LMS_SOURCES: '' }).engine, left, never);
  expect(await waiting(left.runId)).toMatchObject({
    why: expect.stringMatching(/^Left to a worker that can take it up: There is no source openedx/),
    since: expect.any(String) as string,
  });
  expect((await told(runId)).verdict.level).toBe('look');
});
