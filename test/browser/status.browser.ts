import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '../setup/bridge';
import { faultsOf } from './accessibility';
import { deadEvent, pastRuns } from './scenes';
import { type Opened, picture, type Stage, startStage } from './stage';

let stage: Stage;
let opened: Opened[] = [];
beforeAll(async () => {
  stage = await startStage();
});
afterEach(async () => {
  for (const { page } of opened) await page.context().close();
  opened = [];
  slow(0);
});
afterAll(() => stage.stop());

const wide = { viewport: { width: 1180, height: 860 } };
const dark = { ...wide, colorScheme: 'dark' } as const;
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

async function open(options: Parameters<Stage['open']>[0] = wide, path?: string): Promise<Opened> {
  const one = await stage.open(options, path);
  opened.push(one);
  return one;
}

/** Lets every answer of the source wait, so that there is something to see while a run goes on. */
function slow(latencyMs: number): void {
  stage.sandbox.openEdx.state.options.latencyMs = latencyMs;
}

const api: Stage['api'] = (...asked) => stage.api(...asked);

async function syncedOnce(): Promise<void> {
  const { runs } = (await api('resync', {})) as { runs: { runId: string }[] };
  await until('all runs ended', async () => {
    const states = await Promise.all(runs.map(async ({ runId }) => (await api(`runs/${runId}`)) as RunShown));
    return states.every(({ state }) => !['waiting', 'running'].includes(state));
  });
}
interface RunShown {
  readonly state: string;
}

describe('the page', () => {
  test('says in words, shape and colour that all is well, once everything ran', async () => {
    const first = await open();
    expect(await first.page.textContent('h1')).toBe('Ready');
    await syncedOnce();
    await until('the page says so', async () => (await first.page.textContent('h1')) === 'All is well');
    // The page may have been drawn while the last of the runs still went on.
    const catalog = (): Promise<string | null> => first.page.textContent('[data-key=openedx-catalog]');
    await until('it shows the end of the run', async () => /succeeded/.test((await catalog()) ?? ''));
    expect(await first.page.getAttribute('.verdict use', 'href')).toBe('#i-good');
    expect(await first.page.title()).toBe('✓ All is well · LMS Bridge');
    expect(await first.page.locator('.feeds tbody tr').count()).toBe(4);
    expect(await catalog()).toMatch(/succeeded.*23.*in \d+ h/s);
    expect(first.complaints).toEqual([]);
  });

  test('loads nothing from elsewhere, and no other script or style can run in it', async () => {
    const { page, requested, complaints } = await open();
    await page.waitForResponse(/part=now/);
    expect(requested.filter((url) => !url.startsWith(stage.url))).toEqual([]);
    await page.evaluate(`
      const script = document.createElement('script');
      script.textContent = 'document.title = "taken over"';
      document.body.append(script);
    `);
    expect(await page.title()).not.toBe('taken over');
    expect(complaints.join()).toMatch(/Content Security Policy/);
  });

  test('can be read without scripts, and then offers no button that would do nothing', async () => {
    const { page } = await open({ ...wide, javaScriptEnabled: false });
    expect(await page.textContent('h1')).toBe('All is well');
    expect(await page.locator('.feeds tbody tr').count()).toBe(4);
    expect(await page.locator('button:visible:not(.filter button)').count()).toBe(0);
    expect(await page.getByText('Without scripts').isVisible()).toBe(true);
  });

  test.each([
    ['a wide screen', wide],
    ['a phone', phone],
  ])('fits %s: nothing sticks out sideways', async (_, size) => {
    const { page } = await open(size);
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(size.viewport.width);
  });
});

test('can be narrowed down, by a form whose address can be shared', async () => {
  const { page, complaints } = await open(wide, 'status?code=a-key');
  await page.selectOption('.filter [name=source]', 'khalibre');
  await page.selectOption('.filter [name=kind]', 'catalog');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.waitForURL(/source=khalibre/);
  expect(new URL(page.url()).searchParams.get('code')).toBe('a-key');
  expect(await page.textContent('h1')).toMatch(/^khalibre, catalog: /);
  expect(await page.locator('.feeds tbody tr').count()).toBe(1);
  await page.waitForResponse(/source=khalibre.*part=now/);
  expect(await page.locator('.feeds tbody tr').count()).toBe(1);
  expect(await faultsOf(page)).toEqual([]);
  await page.getByRole('link', { name: 'Show all' }).click();
  await page.waitForFunction(`document.querySelectorAll('.feeds tbody tr').length === 4`);
  expect(complaints).toEqual([]);
});

describe('a live run', () => {
  test('shows with a bar that moves, and nothing that did not change is drawn anew', async () => {
    const { page, complaints } = await open();
    const row = `document.querySelector('[data-key=khalibre-catalog] b')`;
    await page.evaluate(`${row}.mark = 'not drawn anew'`);
    // Slow enough for the page to look several times before the run is over: it does so every 3 s.
    slow(600);
    await api('resync', { source: 'openedx', kind: 'consumption', mode: 'full' });
    const values = new Set<string>();
    await until(
      'the bar has moved',
      async () => {
        const value = await page
          .locator('progress[value]')
          .first()
          .getAttribute('value', { timeout: 20_000 });
        if (value) values.add(value);
        return values.size >= 3;
      },
      45_000,
    );
    expect(await page.textContent('.open')).toMatch(
      /openedx consumption.*\d+ of \d+ slices · \d+ rows · \d+ rows\/s/s,
    );
    await picture(page, 'status-light');
    slow(0);
    await page.waitForSelector('progress', { state: 'detached' });
    expect(await page.evaluate(`${row}.mark`)).toBe('not drawn anew');
    expect(complaints).toEqual([]);
  });

  test('can be cancelled from the page', async () => {
    slow(500);
    const { runs } = (await api('resync', { source: 'openedx', kind: 'consumption', mode: 'full' })) as {
      runs: { runId: string }[];
    };
    const { page } = await open();
    await page.getByRole('button', { name: 'Cancel the consumption run of openedx' }).click();
    await until(
      'the run is cancelled',
      async () => {
        const run = (await api(`runs/${runs[0]?.runId}`)) as RunShown;
        return run.state === 'cancelled';
      },
      40_000,
    );
    await page.waitForSelector('progress', { state: 'detached' });
  });
});

describe('a resync by keyboard', () => {
  test('as a dry run shows what would change as a table, and sends nothing', async () => {
    const { page } = await open();
    const edx = stage.sandbox.openEdx.state;
    const [course] = edx.courses.values();
    if (course) Object.assign(course, { name: 'Soldering, a second look' });
    const before = stage.sandbox.ldServices.state.catalog.get(course?.id ?? '');
    await page.focus('#resync [name=source]');
    await page.keyboard.type('openedx');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Catalog');
    await page.selectOption('#resync [name=kind]', 'catalog');
    await page.focus('[name=courseId]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('article[data-ended=yes] .changes');
    const result = await page.textContent('article[data-ended=yes]');
    expect(result).toMatch(/dry run.*succeeded.*What would change:.*1 changed/s);
    expect(await page.textContent('.changes tbody tr')).toContain(course?.id);
    expect(stage.sandbox.ldServices.state.catalog.get(course?.id ?? '')).toEqual(before);
    await page.locator('#results').scrollIntoViewIfNeeded();
    await picture(page, 'status-dry-run');
  });

  test('that cannot be honoured names the field and puts the person there', async () => {
    const { page } = await open();
    await page.selectOption('#resync [name=source]', 'openedx');
    await page.selectOption('#resync [name=kind]', 'catalog');
    await page.fill('[name=from]', '2026-01-01T00:00');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.waitForSelector('[name=from][aria-invalid=true]:focus');
    expect(await page.textContent('#said')).toMatch(/catalog of openedx cannot be filtered by from/);
  });
});

describe('what did not get through', () => {
  test('is listed with its reason, and a replay after the repair clears it', async () => {
    const edx = stage.sandbox.openEdx.state;
    const address = 'refused.by.sink@example.com';
    stage.sandbox.ldServices.state.poisoned.add(address);
    const [course] = edx.courses.values();
    edx.grade({ email: address, courseId: course?.id ?? '', percent: 0.5, modified: Date.now() - 60_000 });
    await api('resync', { source: 'openedx', kind: 'consumption', mode: 'full' });
    const { page } = await open();
    await page.waitForSelector('#trouble [data-key=quarantine] li');
    expect(await page.textContent('h1')).toBe('Working, but something needs a look');
    expect(await page.textContent('body')).not.toContain(address);
    stage.sandbox.ldServices.state.poisoned.clear();
    await page.getByRole('button', { name: 'Replay 1 record of openedx' }).click();
    await page.waitForSelector('#trouble [data-key=quarantine]', { state: 'detached', timeout: 30_000 });
    expect(await page.textContent('#said')).toBe('1 tried again.');
  });

  test('a dead event is put in line again by its button', async () => {
    const [course] = stage.sandbox.khalibre?.state.courses.keys() ?? [];
    const eventId = await deadEvent(stage.app, 'khalibre', String(course));
    const { page } = await open(dark);
    await page.waitForSelector(`#trouble [data-key="${eventId}"]`);
    expect(await page.textContent(`[data-key="${eventId}"]`)).toMatch(/answers 503/);
    await picture(page, 'status-dark');
    await page.getByRole('button', { name: 'Replay the event of khalibre' }).click();
    await page.waitForSelector(`#trouble [data-key="${eventId}"]`, { state: 'detached' });
  });
});

describe('the buttons', () => {
  test('carry the key that opened the page, in a header', async () => {
    const { page, requested } = await open(wide, 'status?code=key-of-the-page');
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    expect((await sent).headers()['x-functions-key']).toBe('key-of-the-page');
    expect(requested.slice(1).filter((url) => url.includes('key-of-the-page'))).toEqual([]);
  });

  test('cannot be pressed by a page of another site', async () => {
    const asked = `<form method="post" enctype="text/plain" action="${stage.url}/resync"><input name='{"mode":"full","x' value='"}'></form>`;
    const foreign = createServer((_, answer) =>
      answer
        .setHeader('content-type', 'text/html')
        .end(`${asked}<script>document.forms[0].submit()</script>`),
    );
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    const { page } = await open();
    const answer = page.waitForResponse(/resync/);
    await page.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}`).catch(() => undefined);
    expect((await answer).status()).toBe(403);
    foreign.close();
  });
});

test('500 runs: the page stays small and quick, and older runs can be leafed through', async () => {
  await pastRuns(stage.app, { source: 'openedx', kind: 'consumption', destination: 'ld' }, 400, 900);
  await pastRuns(stage.app, { source: 'khalibre', kind: 'consumption', destination: 'ld' }, 60, 3_600);
  await pastRuns(stage.app, { source: 'openedx', kind: 'catalog', destination: 'ld' }, 40, 86_400);
  const start = performance.now();
  const answer = await fetch(`${stage.url}/status`);
  const body = Buffer.from(await answer.arrayBuffer());
  expect(performance.now() - start).toBeLessThan(2_000);
  expect(body.length).toBeLessThan(60_000);
  const { page } = await open();
  const label = await page.getAttribute('[data-key=openedx-catalog] .spark', 'aria-label');
  expect(label).toMatch(/^Last 30 runs: /);
  const before = await page.locator('tbody tr').count();
  await page.click('text=Show older runs');
  await until('older runs are there', async () => (await page.locator('tbody tr').count()) === before + 25);
  const small = await open(phone);
  await picture(small.page, 'status-phone');
});

test('storage that goes away is told in one sentence, and the page comes back by itself', async () => {
  const { page } = await open();
  await stage.stopStorage();
  await page.waitForSelector('#banner:visible', { timeout: 30_000 });
  expect(await page.textContent('#banner')).toMatch(/^The storage account does not answer;.*Trying again\./);
  const anew = await fetch(`${stage.url}/status`);
  expect(anew.status).toBe(503);
  expect(await anew.text()).toContain('The storage account does not answer');
  const answer = await fetch(`${stage.url}/runs`);
  expect(answer.status).toBe(503);
  expect(((await answer.json()) as { detail: string }).detail).toMatch(
    /^The storage account does not answer/,
  );
  const other = await open();
  expect(await other.page.textContent('h1')).toBe('Not available now');
  await stage.startStorage();
  await page.waitForSelector('#banner', { state: 'hidden', timeout: 30_000 });
  await other.page.waitForSelector('.feeds', { timeout: 30_000 });
});
