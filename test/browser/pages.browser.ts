import { addSeconds, utc } from '../../src/lib/domain/time';
import { noCounts } from '../../src/lib/domain/run';
import { until } from '../setup/bridge';
import { faultsOf } from './accessibility';
import { GateRow } from '../../src/lib/store/gate-row';
import { deadEvent, storedRun } from './scenes';
import { type Opened, picture, type Stage, startStage } from './stage';

// The pages below the overview.
let stage: Stage;
let opened: Opened[] = [];
beforeAll(async () => {
  stage = await startStage();
});
afterEach(async () => {
  for (const { page } of opened) await page.context().close();
  opened = [];
  stage.sandbox.openEdx.state.options.latencyMs = 0;
});
afterAll(() => stage.stop());

const wide = { viewport: { width: 1180, height: 860 } };
const dark = { ...wide, colorScheme: 'dark' } as const;
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

async function open(path: string, options: Parameters<Stage['open']>[0] = wide): Promise<Opened> {
  const one = await stage.open(options, path);
  opened.push(one);
  return one;
}

const api: Stage['api'] = (...asked) => stage.api(...asked);

async function started(body: object): Promise<string> {
  const { runs } = (await api('resync', body)) as { runs: { runId: string }[] };
  return runs[0]?.runId ?? '';
}

async function ended(runId: string): Promise<string> {
  let state = '';
  await until(`the run ${runId} has ended`, async () => {
    ({ state } = (await api(`runs/${runId}`)) as { state: string });
    return !['waiting', 'running'].includes(state);
  });
  return state;
}

const grades = { source: 'openedx', kind: 'consumption', mode: 'full' } as const;

describe('the page of a run', () => {
  test('is one click from the overview, and tells its slices, rows and window', async () => {
    const runId = await started(grades);
    await ended(runId);
    const { page, complaints } = await open('status?code=a-key');
    await page.getByRole('link', { name: runId }).first().click();
    await page.waitForSelector('.slices');
    expect(page.url()).toBe(`${stage.url}/status/runs/${runId}?code=a-key`);
    expect(await page.textContent('h1')).toBe('Consumption of openedx: succeeded');
    expect(await page.locator('.slices tbody tr').count()).toBeGreaterThan(4);
    expect(await page.textContent('.slices tbody')).toMatch(/Jan 2012.* to .*rows expected.*done/s);
    expect(await page.textContent('.facts-list')).toMatch(/everything.*Window.*2012/s);
    await page.getByRole('link', { name: 'LMS Bridge' }).click();
    await page.waitForSelector('.feeds');
    expect(page.url()).toBe(`${stage.url}/status?code=a-key`);
    expect(complaints).toEqual([]);
  });

  test('moves while it goes on, and its button cancels it', async () => {
    stage.sandbox.openEdx.state.options.latencyMs = 500;
    const runId = await started(grades);
    const { page, complaints } = await open(`status/runs/${runId}`);
    await page.waitForSelector('progress[value]');
    await picture(page, 'run-light');
    await page.getByRole('button', { name: 'Cancel the consumption of openedx' }).click();
    await until(
      'the page says so',
      async () => /cancelled/.test((await page.textContent('h1')) ?? ''),
      40_000,
    );
    expect(await ended(runId)).toBe('cancelled');
    expect(await page.getByRole('button', { name: 'Cancel' }).count()).toBe(0);
    expect(await page.textContent('.slices')).toMatch(/not done/);
    expect(complaints).toEqual([]);
  });

  test('starts the same run again, and shows that one', async () => {
    const runId = await started({ source: 'khalibre', kind: 'catalog', mode: 'full', dryRun: true });
    await ended(runId);
    const { page } = await open(`status/runs/${runId}`);
    await page.getByRole('button', { name: 'Run again' }).click();
    await page.waitForURL(
      (url) => /status\/runs\/khalibre-catalog-/.test(url.href) && !url.href.includes(runId),
    );
    const again = page.url().split('/').at(-1) ?? '';
    await ended(again);
    expect(await api(`runs/${again}`)).toMatchObject({ kind: 'catalog', mode: 'full', dryRun: true });
    await until('it ends', async () => /succeeded/.test((await page.textContent('h1')) ?? ''));
    expect(await page.textContent('h1')).toBe('Dry run, catalog of khalibre: succeeded');
  });

  test('replays what it put into quarantine, once that is repaired', async () => {
    const edx = stage.sandbox.openEdx.state;
    const addresses = ['one', 'two'].map((name) => `${name}.refused@example.com`);
    const [course] = edx.courses.values();
    for (const email of addresses) {
      stage.sandbox.ldServices.state.poisoned.add(email);
      edx.grade({ email, courseId: course?.id ?? '', percent: 0.5, modified: Date.now() - 60_000 });
    }
    const runId = await started(grades);
    expect(await ended(runId)).toBe('partial');
    const { page } = await open(`status/runs/${runId}`, dark);
    await page.waitForSelector('[data-key=quarantine] li');
    expect(await page.locator('[data-key=quarantine] li').count()).toBe(2);
    expect(await page.content()).not.toMatch(/refused@/);
    expect(await faultsOf(page)).toEqual([]);
    await picture(page, 'run-dark');
    stage.sandbox.ldServices.state.poisoned.clear();
    await page.getByRole('button', { name: 'Replay all of this run' }).click();
    await page.waitForURL((url) => !url.href.includes(runId));
    expect(await ended(page.url().split('/').at(-1) ?? '')).toBe('succeeded');
    const { records } = (await api(`quarantine?runId=${runId}`)) as { records: unknown[] };
    expect(records).toEqual([]);
  });

  test.each([
    ['a wide screen', wide],
    ['a phone', phone],
  ])('fits %s, and has no fault that axe finds', async (_, size) => {
    const runId = await failedRun();
    const { page } = await open(`status/runs/${runId}`, size);
    expect(await page.textContent('h1')).toBe('Consumption of openedx: failed');
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(size.viewport.width);
    expect(await faultsOf(page)).toEqual([]);
    if (size === phone) await picture(page, 'run-phone');
  });

  test('can be read without scripts', async () => {
    const runId = await failedRun();
    const { page } = await open(`status/runs/${runId}`, { ...wide, javaScriptEnabled: false });
    expect(await page.textContent('h1')).toBe('Consumption of openedx: failed');
    expect(await page.locator('button:visible').count()).toBe(0);
    await page.getByRole('link', { name: 'LMS Bridge' }).click();
    await page.waitForSelector('.feeds');
  });

  test('that there is not says so, and does not ask again and again', async () => {
    const { page, requested } = await open('status/runs/openedx-catalog-20260101T000000Z');
    expect(await page.textContent('h1')).toBe('No such run');
    await page.waitForTimeout(3_500);
    expect(requested).toHaveLength(1);
  });
});

describe('the page of a source', () => {
  test('is one click from the overview, and its button ends a pause', async () => {
    await pause('openedx');
    const { page, complaints } = await open('status?code=a-key', dark);
    await page.locator('.feeds').getByRole('link', { name: 'openedx', exact: true }).first().click();
    await page.waitForURL(/status\/sources\/openedx\?code=a-key/);
    await page.waitForSelector('[data-key=pauses] [data-key=openedx]');
    expect(await faultsOf(page)).toEqual([]);
    await picture(page, 'source-dark');
    await page.getByRole('button', { name: 'End now the pause of openedx' }).click();
    await page.waitForSelector('[data-key=pauses]', { state: 'detached' });
    expect(await page.textContent('#said')).toBe('openedx is called again.');
    expect(await api('pauses')).toEqual({ pauses: [] });
    expect(complaints).toEqual([]);
  });

  test.each([
    ['a wide screen', wide],
    ['a phone', phone],
  ])('fits %s, and has no fault that axe finds', async (_, size) => {
    const [course] = stage.sandbox.khalibre?.state.courses.keys() ?? [];
    await deadEvent(stage.app, 'khalibre', String(course));
    const { page } = await open('status/sources/khalibre', size);
    expect(await page.textContent('h1')).toMatch(/^khalibre: /);
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(size.viewport.width);
    expect(await faultsOf(page)).toEqual([]);
    await page.locator('#can-title').scrollIntoViewIfNeeded();
    await picture(page, size === phone ? 'source-phone' : 'source-light');
  });
});

/** As if the system had asked for an hour. */
async function pause(system: string): Promise<void> {
  const row = new GateRow(stage.app.storage, system);
  const { state, etag } = await row.read();
  await row.write({ ...state, pausedUntil: Date.now() + 3_600_000, why: '429 with Retry-After' }, etag);
}

/** A run that failed after a good deal of work. */
async function failedRun(): Promise<string> {
  const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
  const startedAt = addSeconds(utc(Date.now()), -3_600);
  const run = storedRun(feed, startedAt, {
    state: 'failed',
    error: 'Source openedx answers 503; it is busy or broken',
    notes: [{ text: 'the status “Waived” is unknown and was left out', rows: 12 }],
    counts: {
      ...noCounts,
      read: 1_240,
      sent: 1_190,
      skipped: 50,
      skippedBecause: { 'the learner is of another mail domain': 50 },
    },
    slices: { total: 3, done: 2, failed: 1 },
  });
  await stage.app.engine.runs.create(run);
  return run.runId;
}
