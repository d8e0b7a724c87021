import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { realThrottle } from '../../sandbox/open-edx/options';
import { summary } from '../../src/cli/summary';
import { noteText } from '../../src/lib/domain/notes';
import { runView } from '../../src/lib/api/run-view';
import { type Bridge, startBridge } from '../setup/bridge';

/** What real servers of Open edX answer, and what is to come of it. */
let bridge: Bridge;
afterEach(() => bridge.stop());
const small = { openEdx: { courses: 24, defaultPageSize: 10, coursesMaxPageSize: 10, grades: 60 } };

test('the next page is taken from a link whatever its address', async () => {
  bridge = await startBridge({ sandbox: small });
  const { options, courses } = bridge.sandbox.openEdx.state;
  for (const [what, linksTo] of [
    ['http for https', 'http://lms.example.com'],
    ['another host', 'https://internal-name.invalid'],
    ['another port', 'http://127.0.0.1:1'],
    ['a path', ''],
    ['an address without a scheme', '//lms.example.com'],
  ] as const) {
    options.linksTo = linksTo;
    for (const kind of ['catalog', 'consumption'] as const) {
      const { state, error } = await bridge.sync(kind, { mode: 'full' });
      expect([what, state, error]).toEqual([what, 'succeeded', undefined]);
    }
  }
  const visible = [...courses.values()].filter(({ hidden }) => !hidden);
  expect(bridge.sandbox.ldServices.state.catalog.size).toBe(visible.length);
});

describe('counts of the course list are estimates', () => {
  test('200 visible of 205: page 2 promises a page 3 that is 404, and all 200 arrive', async () => {
    bridge = await startBridge({ sandbox: { openEdx: { courses: 205, grades: 0, estimatedCounts: true } } });
    const { state } = bridge.sandbox.openEdx;
    const all = [...state.courses.values()];
    all.forEach((course, i) => state.putCourse({ ...course, staffOnly: false, hidden: i % 41 === 40 }));
    const run = await bridge.sync('catalog');
    expect(run).toMatchObject({ state: 'succeeded', counts: { read: 200, sent: 200 } });
    // Nothing was deleted for it, and a course that really went is.
    state.removeCourse(all[0]!.id);
    expect(await bridge.sync('catalog')).toMatchObject({ state: 'succeeded', counts: { deleted: 1 } });
  });
});

test('a course list that throttles as a real server does, 40 calls a minute and no Retry-After, is read to its end', async () => {
  // Its minute takes a second and a half: nobody waits here for a real one.
  const begun = Date.now();
  const openEdx = {
    clock: () => begun + (Date.now() - begun) * 40,
    courses: 200,
    grades: 0,
    coursesMaxPageSize: 2,
    courseListPerMinute: realThrottle,
    throttleNamesWait: false,
  };
  bridge = await startBridge({ sandbox: { openEdx } });
  const { server, state } = bridge.sandbox.openEdx;
  expect((await bridge.sync('catalog')).state).toBe('succeeded');
  const visible = [...state.courses.values()].filter(({ hidden }) => !hidden);
  expect(bridge.sandbox.ldServices.state.catalog.size).toBe(visible.length);
  expect(server.requests.byStatus[429]).toBeGreaterThan(0);
}, 60_000);

test('an empty page among those that Khalibre promised fails a scan, and says so', async () => {
  bridge = await startBridge({
    sandbox: { khalibre: { courses: 30 } },
    env: { LMS__khalibre__pageSize: '5' },
  });
  bridge.sandbox.khalibre!.state.options.emptyCoursePage = 2;
  const run = await bridge.sync('consumption', { source: 'khalibre' });
  expect(run.state).toBe('failed');
  expect(run.error).toMatch(/list of courses of khalibre is cut short: page 2 of \d+ was empty/);
});

describe('two accounts of one person are one record: the more advanced goes out', () => {
  const courseId = 'course-v1:edX+toy+1';
  const row = (username: string, passed: boolean, percent: number) => ({
    username,
    course_key: courseId,
    passed,
    percent,
    letter_grade: '',
  });
  const further = row('Ann.Lee@Example.com', true, 0.9);
  const behind = row('ann.lee@example.com', false, 0.3);

  test.each([
    ['on one page', [[further, behind]]],
    ['on one page, the other way round', [[behind, further]]],
    ['on two pages', [[further], [behind]]],
    ['on two pages, the other way round', [[behind], [further]]],
  ])('%s', async (_, pages) => {
    const edx = await bulkGrades(pages);
    try {
      bridge = await startBridge({ env: { LMS__openedx__baseUrl: edx.url, LMS__openedx__pageSize: '1' } });
      const run = await bridge.sync('consumption');
      expect(run).toMatchObject({ state: 'succeeded', counts: { read: 2, sent: 1, skipped: 1 } });
      const { posts, consumption } = bridge.sandbox.ldServices.state;
      expect(posts).toHaveLength(1);
      const sent = [...consumption.values()].map(({ record }) => JSON.stringify(record));
      expect(sent).toHaveLength(1);
      expect(sent[0]).toContain('"ConsumptionStatus":"Passed"');
    } finally {
      await edx.stop();
    }
  });
});

test('so it is with many accounts among many', async () => {
  bridge = await startBridge({ sandbox: { openEdx: { grades: 300, twinGrades: 40 } } });
  const run = await bridge.sync('consumption');
  expect(run).toMatchObject({ state: 'succeeded', counts: { read: 340, sent: 300, skipped: 40 } });
});

test('bulk grades that are counted and never given are noted, and those that are given arrive', async () => {
  bridge = await startBridge({
    sandbox: { openEdx: { grades: 250, phantomGrades: 938 } },
    env: { LMS__openedx__pageSize: '100' },
  });
  const run = await bridge.sync('consumption');
  expect(run).toMatchObject({ state: 'succeeded', counts: { read: 250, sent: 250 } });
  expect(run.notes.map(noteText).join()).toMatch(/counted 1188 rows .* and gave 250/);
});

test.each(['408', '423', '425'] as const)('a call that meets %s is made again', async (kind) => {
  bridge = await startBridge({ sandbox: small });
  const { server } = bridge.sandbox.openEdx;
  server.faults.set({ rate: 1, kinds: [kind], count: 1, skip: 1 });
  expect(await bridge.sync('catalog')).toMatchObject({ state: 'succeeded' });
});

describe('a run that could use nothing of what it read is partial, and says what to set', () => {
  test.each([
    ['no addresses', { usernames: 'plain' as const }, {}, /LMS__openedx__addresses/],
    ['no address in the domains', {}, { LD__learnerDomains: 'nowhere.example' }, /check LD__learnerDomains/],
  ])('%s', async (_, openEdx, env, advice) => {
    bridge = await startBridge({ sandbox: { openEdx }, env });
    const run = await bridge.sync('consumption');
    expect(run).toMatchObject({ state: 'partial', counts: { read: 300, skipped: 300, sent: 0 } });
    expect(run.error).toMatch(/^All 300 rows were skipped/);
    expect(run.error).toMatch(advice);
    const view = runView(run);
    expect(Object.values(view.skippedBecause ?? {})).toEqual([300]);
    expect(view.counts).not.toHaveProperty('skippedBecause');
    expect(summary(run, (_colour, text) => text)).toMatch(/300 skipped: the /);
    expect(bridge.logged.find((line) => line.includes('run ended'))).toContain('skippedBecause');
  });
});

/** A server whose bulk grades are these pages. */
async function bulkGrades(pages: readonly (readonly object[])[]) {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    const page = Number(url.searchParams.get('page') ?? 1);
    const next = page < pages.length ? `${url.pathname}?page=${page + 1}` : null;
    const pagination = { count: pages.flat().length, num_pages: pages.length, next, previous: null };
    const body = url.pathname.includes('/oauth2/')
      ? { access_token: 'a-token', expires_in: 3600, token_type: 'JWT' }
      : { pagination, results: pages[page - 1] ?? [] };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () => new Promise((resolve) => server.close(resolve));
  return { url: `http://127.0.0.1:${port}`, stop };
}
