import { addSeconds, utc } from '../../src/lib/domain/time';
import { noChanges, noCounts, type Run, type SliceWork } from '../../src/lib/domain/run';
import { quarantineId } from '../../src/lib/store/quarantine-rows';
import { deadEvent, storedRun } from '../browser/scenes';
import { type Served, serve } from './served';

// The pages below the overview, as the built app serves them.
let served: Served;
beforeAll(async () => {
  served = await serve({
    sandbox: { khalibre: {} },
    env: {
      LMS_SOURCES: 'openedx,khalibre,tbook,wrong',
      LMS__openedx__requestsPerMinute: '600',
      LMS__khalibre__statuses: '{"<b>7</b>":"InProgress"}',
      LMS__khalibre__webhookSecret: secret,
      LMS__tbook__kind: 't-book',
      LMS__tbook__baseUrl: 'https://tbook.example.com',
      LMS__tbook__clientId: 'portal',
      LMS__tbook__clientSecret: 'a secret of tbook',
      LMS__wrong__kind: 'khalibre',
    },
  });
}, 60_000);
afterAll(() => served.stop());

const secret = `whsec_${Buffer.from('the secret of the webhooks').toString('base64')}`;
const evil = `"><script>alert('x')</script>&<img src=x onerror=alert(1)>`;
const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
let ago = 3_600;

async function stored(more: Partial<Run>, works: readonly SliceWork[] = []): Promise<string> {
  const { runs, now } = served.bridge.app.engine;
  const run = storedRun(feed, addSeconds(utc(now()), -(ago += 60)), more);
  await runs.create(run);
  await runs.noteEnd(run);
  await runs.stage(run.runId, 'plan', works);
  return run.runId;
}

async function read(path: string): Promise<{ status: number; text: string; headers: Headers }> {
  const answer = await fetch(`${served.url}/${path}`);
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

/** What of a page is neither the style nor the script it has to have. */
const shownOf = (page: string): string => page.replace(/<(style|script) nonce[^]*?<\/\1>/g, '');

describe('what comes from vendors or storage cannot become markup', () => {
  test('on the page of a run', async () => {
    const runId = await stored(
      {
        state: 'partial',
        dryRun: true,
        error: evil,
        notes: [{ text: evil }],
        request: { courseId: evil },
        counts: { ...noCounts, read: 2, skipped: 1, skippedBecause: { [evil]: 1 } },
        changes: {
          ...noChanges,
          created: 1,
          samples: [{ change: 'created', courseId: evil, detail: evil }],
        },
      },
      [
        { type: 'course', courseId: evil },
        { type: 'courses', courseIds: [evil, '1'] },
      ],
    );
    await served.bridge.app.engine.quarantine.put({
      id: quarantineId(feed, 'evil', {}),
      feed,
      runId,
      reason: evil,
      status: 400,
      at: utc(served.bridge.app.engine.now()),
      courseId: 'course <b>',
      raw: {},
    });
    for (const path of [`status/runs/${runId}`, `status/runs/${runId}?part=now`, 'status']) {
      const { status, text } = await read(path);
      expect(status).toBe(200);
      expect(shownOf(text)).not.toMatch(/<script|<img|<b>"|alert\('x'\)/);
      expect(text).toContain('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;');
    }
    // All eight places of the run's page, so that the test sees each.
    expect(
      (await read(`status/runs/${runId}`)).text.split('&lt;script&gt;').length - 1,
    ).toBeGreaterThanOrEqual(8);
  });

  test('on the page of a source', async () => {
    const eventId = await deadEvent(served.bridge.app, 'khalibre', 'a course', evil);
    const { text } = await read('status/sources/khalibre');
    expect(shownOf(text)).not.toMatch(/<script|<img|<b>7|alert\('x'\)/);
    expect(text).toContain(eventId);
    expect(text).toContain('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;');
    expect(text).toContain('&lt;b&gt;7&lt;/b&gt;');
  });

  test('nor does what stands in the address', async () => {
    const { status, text } = await read(`status/runs/${encodeURIComponent(evil)}`);
    expect(status).toBe(404);
    expect(shownOf(text)).not.toMatch(/<script|<img/);
  });
});

test('pages run no script or style but their own, and name what they lack in plain words', async () => {
  const runId = await stored({});
  for (const path of ['status', `status/runs/${runId}`, 'status/runs/none', 'status/sources/openedx']) {
    const { headers, text } = await read(path);
    const policy = headers.get('content-security-policy') ?? '';
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1];
    expect(policy).toBe(
      `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
    expect([...text.matchAll(/<(?:script|style)[^>]*>/g)].map(([tag]) => tag.split(' ')[1])).toEqual([
      `nonce="${nonce}">`,
      `nonce="${nonce}">`,
    ]);
    const tags = [...shownOf(text).matchAll(/<[a-z][^>]*>/g)].map(([tag]) => tag.replace(/="[^"]*"/g, '='));
    expect(tags.filter((tag) => / (on\w+|style)=/.test(tag))).toEqual([]);
    expect(text).toMatch(/<link[^>]* rel="icon"[^>]* href="data:image\/svg\+xml,/);
    expect(headers.get('cache-control')).toBe('no-store');
  }
  const { status, text } = await read('status/runs/none');
  expect([status, text]).toEqual([404, expect.stringContaining('There is no run none')]);
  const wrong = await read(`status/runs/${runId}?part=all`);
  expect([wrong.status, wrong.headers.get('content-type')]).toEqual([
    400,
    'application/problem+json; charset=utf-8',
  ]);
});

test('links lead from every page to every other, whatever slashes the address ends with', async () => {
  const runId = await stored({});
  const { pathname } = new URL(served.url);
  for (const path of [
    'status',
    'status/',
    `status/runs/${runId}`,
    `status/runs/${runId}/`,
    'status/sources/openedx',
    'status/sources/openedx/',
  ]) {
    const { text } = await read(path);
    const links = [...text.matchAll(/<a[^>]* href="([^"]+)"/g)].map(
      ([, href]) => new URL(href ?? '', `${served.url}/${path}`).pathname,
    );
    expect(links).toContain(`${pathname}/openapi.json`);
    if (!path.startsWith('status/sources')) expect(links).toContain(`${pathname}/status/sources/openedx`);
    expect(links).toContain(
      path.length > 'status/'.length ? `${pathname}/status` : `${pathname}/status/runs/${runId}`,
    );
    const api = /<body[^>]* data-api="([^"]+)"/.exec(text)?.[1] ?? '';
    expect(new URL(api, `${served.url}/${path}`).pathname).toBe(`${pathname}/`);
  }
});

test('a run of one learner is told without the learner, and is not started again from the page', async () => {
  const runId = await stored({ request: { learner: 'somebody@example.com' } });
  const { text } = await read(`status/runs/${runId}`);
  expect(text).toContain('only one learner');
  expect(text).not.toContain('somebody@example.com');
  expect(text).not.toContain('Run again');
  const whole = await read(`status/runs/${await stored({ mode: 'full' })}`);
  expect(whole.text).toContain('Run again');
});

test('the API gives the address of the page with each run', async () => {
  const runId = await stored({});
  const one = JSON.parse((await read(`runs/${runId}`)).text) as { page: string };
  expect(one.page).toBe(`${served.url}/status/runs/${runId}`);
  const { runs } = JSON.parse((await read('runs')).text) as { runs: { page: string }[] };
  expect(runs[0]?.page).toMatch(/\/status\/runs\/openedx-/);
  expect((await fetch(one.page)).status).toBe(200);
});

describe('the overview can be narrowed down by its address', () => {
  const feedsOf = (page: string): string[] =>
    [...page.matchAll(/<tr data-key="([a-z]+-(?:catalog|consumption))"/g)].map(([, name]) => name ?? '');
  const runsOf = (page: string): string[] =>
    [...page.matchAll(/<tr data-key="(\S+\d{8}T\d{6}Z\S*)"/g)].map(([, id]) => id ?? '');

  let newest = 50;
  test.each([
    ['source=khalibre', ['khalibre-catalog', 'khalibre-consumption'], 'khalibre: '],
    ['kind=catalog', ['openedx-catalog', 'khalibre-catalog', 'wrong-catalog'], 'catalog: '],
    ['source=openedx&kind=catalog&destination=ld&state=', ['openedx-catalog'], 'openedx, catalog, to ld: '],
    ['state=failed', ['openedx-consumption'], ''],
    [
      'source=&kind=',
      [
        'openedx-catalog',
        'openedx-consumption',
        'khalibre-catalog',
        'khalibre-consumption',
        'wrong-catalog',
        'wrong-consumption',
      ],
      '',
    ],
  ])('?%s shows %j', async (query, feeds, headline) => {
    // Newer than any before.
    ago = (newest -= 5) - 60;
    const failed = await stored({ state: 'failed' });
    for (const part of ['', '&part=now']) {
      const { status, text } = await read(`status?${query}${part}`);
      expect([status, feedsOf(text)]).toEqual([200, feeds]);
      expect(text).toContain(`<h1>${headline}`);
      expect(runsOf(text).includes(failed)).toBe(!/khalibre|catalog/.test(query));
      if (query === 'state=failed') expect(text).not.toMatch(/class="b good"/);
    }
  });

  test('older runs too', async () => {
    const { text } = await read('status?part=runs&runId=openedx-catalog-20990101T000000Z&state=failed');
    expect(runsOf(text).length).toBeGreaterThan(0);
    expect(text).not.toMatch(/class="b good"/);
  });

  test.each(['source=nowhere', 'destination=nowhere', 'kind=courses', 'state=lost', 'colour=red'])(
    '?%s says what is wrong',
    async (query) => {
      const { status, text } = await read(`status?${query}`);
      expect(status).toBe(query.endsWith('nowhere') ? 422 : 400);
      expect(text).toContain(query.split('=')[0]);
    },
  );
});

test('records with the same reason stand together, and are tried again together', async () => {
  const { engine } = served.bridge.app;
  const reason = 'The row has "no" course';
  for (const key of ['a', 'b', 'c'])
    await engine.quarantine.put({
      id: quarantineId(feed, key, {}),
      feed,
      runId: `openedx-consumption-20260302T10150${key === 'b' ? 9 : 1}Z`,
      reason,
      status: undefined,
      at: utc(Date.parse('2026-03-02T10:15:09Z') + (key === 'b' ? 60_000 : 0)),
      courseId: `course ${key}`,
      raw: {},
    });
  const { text } = await read('status');
  const [item = ''] = /<li data-key="openedx-consumption The row has[^]*?<\/li>/.exec(text) ?? [];
  expect(item).toMatch(
    /3 records.*course a, course b, course c|3 records.*course [abc], course [abc], course [abc]/s,
  );
  expect(item).toContain('openedx-consumption-20260302T101509Z');
  const body = /data-body="([^"]*)"/.exec(item)?.[1] ?? '';
  const asked = JSON.parse(body.replaceAll('&quot;', '"')) as object;
  expect(asked).toEqual({ ...feed, reason });
  const answer = await fetch(`${served.url}/quarantine/replay`, {
    method: 'POST',
    body: JSON.stringify(asked),
  });
  expect(await answer.json()).toMatchObject({ replayed: 3, runs: [{ source: 'openedx' }] });
});

describe('the page of a source', () => {
  test('tells what it can do, its feeds, webhooks and settings, and no secret', async () => {
    const { status, text } = await read('status/sources/khalibre');
    const shown = shownOf(text)
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ');
    expect(status).toBe(200);
    expect(shown).toMatch(
      /Courses yes.*Results yes.*course by course.*one learner.*Enrolments yes.*no removals/,
    );
    expect(text).toContain(`${served.url}/webhooks/khalibre`);
    expect(shown).toMatch(/Signature asked for.*Last event .* ago .*dead/s);
    for (const name of ['clientSecret', 'webhookSecret'])
      expect(shown).toMatch(new RegExp(`LMS__khalibre__${name} ••••`));
    expect(shown).not.toContain('LMS__khalibre__pageSize');
    const secrets = Object.entries(served.bridge.env).filter(([name]) => /secret|token|key$/i.test(name));
    expect(secrets.length).toBeGreaterThan(3);
    for (const [, value] of secrets) expect(text).not.toContain(value);
    expect((await read('status/sources/openedx')).text).toMatch(/requestsPerMinute<\/code>.*600/s);
  });

  test('of one without feeds says so', async () => {
    const { text } = await read('status/sources/tbook');
    expect(text).toContain('<h1>tbook: nothing is synced here</h1>');
    expect(text).toContain('It has none');
    expect(text).not.toContain('a secret of tbook');
  });

  test('whose settings are wrong names them, and is no more than that', async () => {
    const { status, text } = await read('status/sources/wrong');
    expect([status, text]).toEqual([200, expect.stringContaining('<h1>wrong: its settings are wrong</h1>')]);
    expect(text).toContain('LMS__wrong__baseUrl is missing');
  });

  test('that there is not is 404', async () => {
    const { status, text } = await read('status/sources/nowhere');
    expect([status, text]).toEqual([404, expect.stringContaining('LMS_SOURCES names no source nowhere')]);
  });
});
