import { html } from '../../src/lib/api/status/html';
import { openRun, readStatusModel } from '../../src/lib/api/status/model';
import type { FeedStatus } from '../../src/lib/api/status/shown';
import { livePart, statusPage } from '../../src/lib/api/status/page';
import { troublePage } from '../../src/lib/api/status/shell';
import { sparkline } from '../../src/lib/api/status/sparkline';
import { judge } from '../../src/lib/api/status/verdict';
import { span } from '../../src/lib/api/status/words';
import type { RunView } from '../../src/lib/api/run-view';
import { noCounts } from '../../src/lib/domain/run';
import type { Waiting } from '../../src/lib/domain/waiting';
import { toMs, type Utc, utc } from '../../src/lib/domain/time';
import { deadEvent, pastRuns, storedRun } from '../browser/scenes';
import { type Bridge, startBridge } from '../setup/bridge';

const nothing = { first: [], count: 0, more: false };
const at = utc(Date.parse('2026-03-01T12:00:00Z'));
const feed = (state: FeedStatus['history'][number]['state']): FeedStatus => ({
  source: 'openedx',
  kind: 'catalog',
  destination: 'ld',
  sourceKind: 'open-edx',
  problems: [],
  enabled: true,
  timerOff: false,
  last: { state } as FeedStatus['last'],
  dryRun: undefined,
  history: [{ state, counts: noCounts }],
  lagMs: 0,
  isLate: false,
  nextDue: undefined,
});

describe('the verdict', () => {
  const verdict = (feeds: FeedStatus[], more: Partial<Parameters<typeof judge>[0]> = {}) =>
    judge({ at, warnings: [], feeds, pauses: [], open: [], quarantine: nothing, events: nothing, ...more });

  test('is good when each feed last ended well', () => {
    expect(verdict([feed('succeeded')])).toMatchObject({ level: 'good', headline: 'All is well' });
  });
  test('is bad when a feed failed, and names it', () => {
    expect(verdict([feed('succeeded'), feed('failed')])).toEqual({
      level: 'bad',
      headline: 'One thing does not work',
      reasons: ['The last catalog run of openedx failed.'],
    });
  });
  test('asks for a look when something waits for a person', () => {
    expect(verdict([feed('partial')], { quarantine: { ...nothing, count: 3 } })).toMatchObject({
      level: 'look',
      reasons: ['3 records could not be delivered.'],
    });
  });
  test('shows what needs a look in the settings, while all works', () => {
    const message = 'belongs to no source of LMS_SOURCES; did you mean LMS__openedx__baseUrl?';
    const warnings = [{ setting: 'LMS__opendex__baseUrl', message }];
    expect(verdict([feed('succeeded')], { warnings })).toMatchObject({
      level: 'look',
      reasons: [`LMS__opendex__baseUrl ${message}`],
    });
  });
  test('asks for a look while a system is left alone for long', () => {
    const pauses = [{ system: 'openedx', until: utc(toMs(at) + 3_600_000), why: '429 with Retry-After' }];
    expect(verdict([feed('succeeded')], { pauses })).toMatchObject({
      level: 'look',
      reasons: ['openedx asked to be left alone until 1 Mar 2026, 13:00:00 UTC (429 with Retry-After).'],
    });
  });
  test('asks for a look at a feed that is late, and says by how much', () => {
    const late = { ...feed('succeeded'), isLate: true, lagMs: 5 * 3_600_000 };
    expect(verdict([feed('succeeded'), { ...late, kind: 'consumption' }])).toMatchObject({
      level: 'look',
      reasons: ['The consumption of openedx is 5 h behind.'],
    });
    // Its failure says it.
    expect(verdict([{ ...late, ...feed('failed'), isLate: true }]).reasons).toEqual([
      'The last catalog run of openedx failed.',
    ]);
  });
  test('asks for a look when a run does not end and all after it are skipped', () => {
    const states = (...all: FeedStatus['history'][number]['state'][]): FeedStatus => ({
      ...feed('succeeded'),
      history: all.map((state) => ({ state, counts: noCounts })),
    });
    expect(verdict([states('skipped', 'skipped', 'running', 'succeeded')]).level).toBe('good');
    expect(verdict([states('skipped', 'skipped', 'skipped', 'running', 'succeeded')])).toMatchObject({
      level: 'look',
      reasons: ['The last 3 catalog runs of openedx were skipped: another run does not end.'],
    });
  });
  test('asks for a look at a run that could use nothing of what it read', () => {
    const error = 'All 40 rows were skipped, most of them since they have no address; check them';
    const last = { state: 'partial', error } as FeedStatus['last'];
    expect(verdict([{ ...feed('partial'), last }])).toMatchObject({
      level: 'look',
      reasons: [`The last catalog run of openedx: ${error}.`],
    });
  });
  test('asks for a look at a run that is tried again, and not at one whose turn it is not', () => {
    const open = (waiting: Waiting) => {
      const run = { runId: 'r', source: 'openedx', kind: 'catalog', destination: 'ld', waiting } as RunView;
      return [{ run, done: undefined, rowsPerSecond: undefined, secondsLeft: undefined }];
    };
    const since = utc(toMs(at) - 180_000);
    const until = utc(toMs(at) + 60_000);
    const tried = { why: 'source openedx failed with 500', since, attempt: 4, attempts: 5, until };
    expect(verdict([feed('succeeded')], { open: open(tried) })).toMatchObject({
      level: 'look',
      reasons: [
        'The catalog run of openedx: source openedx failed with 500 (since 11:57:00, attempt 4 of 5 at 12:01:00 UTC).',
      ],
    });
    const turn = { why: 'The run other of the same feed goes first' };
    expect(verdict([feed('succeeded')], { open: open(turn) }).level).toBe('good');
  });
  test('names a source whose settings are wrong once, whatever its feeds did', () => {
    const wrong = {
      ...feed('failed'),
      problems: [{ setting: 'LMS__openedx__baseUrl', message: 'is missing' }],
    };
    expect(verdict([wrong, { ...wrong, kind: 'consumption' }]).reasons).toEqual([
      'The settings of openedx are wrong.',
    ]);
  });
});

describe('the words', () => {
  test.each([
    [0, '0 s'],
    [41_000, '41 s'],
    [90_000, '90 s'],
    [-3 * 60_000, '3 min'],
    [90 * 60_000, '90 min'],
    [5 * 3_600_000, '5 h'],
    [49 * 3_600_000, '2 days'],
  ])('%d ms is %s', (ms, text) => expect(span(ms)).toBe(text));
});

test('what is filled into a template cannot become markup', () => {
  const evil = `"><script>alert('x')</script>&`;
  expect(html`<p title="${evil}">${[evil]}</p>`.text).not.toMatch(/<script|"><|'x'/);
  expect(html`a${html`<b>${'<'}</b>`}${false}${undefined}`.text).toBe('a<b>&lt;</b>');
});

test('a run that goes on tells its pace and the time it will take', () => {
  const now = Date.parse('2026-03-01T10:00:20Z');
  const run = storedRun({ source: 'openedx', kind: 'catalog', destination: 'ld' }, utc(now - 20_000), {
    state: 'running',
    slices: { total: 4, done: 1, failed: 0 },
    counts: { ...noCounts, read: 500, sent: 500 },
  });
  expect(openRun(run, now)).toMatchObject({ done: 0.25, rowsPerSecond: 25, secondsLeft: 60 });
});

test('the line of the last runs says in words what it draws', () => {
  const drawn = sparkline([...feed('failed').history, ...feed('succeeded').history]).text;
  expect(drawn).toContain('aria-label="Last 2 runs: 1 failed, 1 succeeded"');
  // Newest at the right, and failures below the line: position, not colour alone, tells them.
  expect(drawn).toMatch(/class="bad" d="M147.5 23v7"/);
  expect(drawn).toMatch(/class="good" d="M142.5 21v-2"/);
});

describe('the model', () => {
  let bridge: Bridge;
  afterEach(() => bridge.stop());

  test('knows each feed: its last runs however far apart, its lag, and when it is due', async () => {
    const now = Date.parse('2026-03-01T10:20:00Z');
    bridge = await startBridge({ overrides: { now: () => now } });
    await pastRuns(bridge.app, { source: 'openedx', kind: 'consumption', destination: 'ld' }, 90, 900);
    await pastRuns(bridge.app, { source: 'openedx', kind: 'catalog', destination: 'ld' }, 35, 86_400);
    const { app } = bridge;
    await app.engine.feeds.update({ source: 'openedx', kind: 'consumption', destination: 'ld' }, () => ({
      watermark: '2026-03-01T10:10:00Z' as Utc,
    }));
    for (const model of [await readStatusModel(app), await readStatusModel(app)]) {
      const [catalog, consumption] = model.feeds;
      expect(catalog).toMatchObject({ kind: 'catalog', nextDue: '2026-03-02T02:00:00Z', lagMs: 60_000 });
      expect(consumption).toMatchObject({ nextDue: '2026-03-01T10:30:00Z', lagMs: 600_000 });
      expect([catalog?.history.length, consumption?.history.length]).toEqual([30, 30]);
      expect(model.runs).toHaveLength(10);
      expect(model.moreRuns).toBe(true);
    }
  });

  test('makes one small page, however much there is to say', async () => {
    bridge = await startBridge({ sandbox: { khalibre: {} } });
    const { app } = bridge;
    const long = 'The row is wrong in a way that takes many words to tell, '.repeat(4);
    for (let i = 0; i < 40; i++)
      await app.engine.quarantine.put({
        id: `openedx-consumption-${String(i).padStart(16, '0')}`,
        feed: { source: 'openedx', kind: 'consumption', destination: 'ld' },
        runId: 'run',
        reason: long,
        status: 400,
        at: utc(app.engine.now()),
        courseId: 'course-v1:ExampleX+C100+2026_T1',
        raw: { email: 'somebody@example.com' },
      });
    for (let i = 10; i < 40; i++) await deadEvent(app, 'khalibre', `course ${i}`);
    for (const source of ['openedx', 'khalibre'])
      for (const kind of ['catalog', 'consumption'] as const)
        await pastRuns(app, { source, kind, destination: 'ld' }, 35, 3_600);
    const model = await readStatusModel(app);
    expect(model.quarantine).toMatchObject({ count: 40, more: false });
    expect(model.events.first).toHaveLength(10);
    const page = statusPage(model, { sources: ['openedx', 'khalibre'], destinations: ['ld'] }, 'nonce').text;
    expect(Buffer.byteLength(page)).toBeLessThan(60_000);
    expect(page).not.toContain('somebody@example.com');
    expect(livePart(model).text).toContain('At least');
  });

  test('shows a source whose settings are wrong beside those that work', async () => {
    bridge = await startBridge({
      env: { LMS_SOURCES: 'openedx,other', LMS__other__kind: 'khalibre', LMS__other__sourceSystemId: '9' },
    });
    const model = await readStatusModel(bridge.app);
    expect(model.verdict).toMatchObject({ level: 'bad', reasons: ['The settings of other are wrong.'] });
    expect(statusPage(model, { sources: [], destinations: [] }, 'nonce').text).toMatch(
      /LMS__other__baseUrl is missing/,
    );
  });

  test('says of a timer that it is off, and does not call its feeds late', async () => {
    bridge = await startBridge({ env: { 'AzureWebJobs.catalogTimer.Disabled': 'true' } });
    const model = await readStatusModel(bridge.app);
    expect(model.feeds).toMatchObject([
      { kind: 'catalog', timerOff: true, isLate: false, nextDue: undefined },
      { kind: 'consumption', timerOff: false, nextDue: expect.any(String) },
    ]);
    const page = statusPage(model, { sources: [], destinations: [] }, 'nonce').text;
    expect(page.match(/timer is off/g)).toHaveLength(1);
  });
});

test('without anything to show the page says why', () => {
  const page = troublePage('Not available now', ['The storage account does not answer.'], {
    up: './',
    nonce: 'nonce',
    again: true,
  }).text;
  expect(page).toContain('<h1>Not available now</h1>');
  expect(page).toContain('The storage account does not answer.');
});
