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
    ['what is no address', 'https://:bad:'],
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

  test('a first page that is 404 is no end', async () => {
    bridge = await startBridge({ sandbox: small, env: { LMS__openedx__baseUrl: 'http://127.0.0.1:9' } });
    expect((await bridge.sync('catalog')).state).toBe('failed');
  });
});

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
