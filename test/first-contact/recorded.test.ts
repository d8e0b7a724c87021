import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Bridge, startBridge } from '../setup/bridge';
import { noteText } from '../../src/lib/domain/notes';

/*
 * Answers of the shape that a real Open edX of 2017 gave: `v1` blocks, no banner image, nulls, plain usernames
 * instead of addresses; trimmed to a few rows, so that counts and next links promise more than there is.
 */
const elsewhere = 'https://lms.example.com';
const course = (run: string, name: string) => ({
  blocks_url: `${elsewhere}/api/courses/v1/blocks/?course_id=course-v1%3AedX%2BDemoX%2B${run}`,
  effort: null,
  end: '2019-04-13T00:00:00Z',
  enrollment_start: '2017-03-17T00:00:00Z',
  enrollment_end: '2019-04-13T00:00:00Z',
  id: `course-v1:edX+DemoX+${run}`,
  media: {
    course_image: { uri: `/asset-v1:edX+DemoX+${run}+type@asset+block@Capture.JPG` },
    course_video: { uri: null },
    image: {
      raw: `${elsewhere}/a.jpg`,
      small: `${elsewhere}/a-small.jpg`,
      large: `${elsewhere}/a-large.jpg`,
    },
  },
  name,
  number: 'DemoX',
  org: 'edX',
  short_description: '',
  start: '2017-03-17T00:00:00Z',
  start_display: 'March 17, 2017',
  start_type: 'timestamp',
  pacing: 'self',
  mobile_available: false,
  hidden: false,
  course_id: `course-v1:edX+DemoX+${run}`,
});
const grade = (username: string, run: string, passed: boolean) => ({
  username,
  letter_grade: passed ? 'Pass' : '',
  percent: passed ? 1 : 0.13,
  course_key: `course-v1:edX+DemoX+${run}`,
  passed,
});
const courses = [course('Course_Grades', 'Grades'), course('Demo_Course', 'Demonstration')];
let grades: object[];
const recorded = [
  grade('someone', 'Demo_Course', false),
  grade('someone', 'Course_Grades', true),
  grade('user100', 'Demo_Course', false),
  grade('user17', 'Demo_Course10', false),
  grade('user7', 'Demo_Course1', false),
  grade('user7', 'Demo_Course2', false),
];

beforeEach(() => {
  grades = [...recorded];
});

let bridge: Bridge;
let edx: Server;
afterEach(async () => {
  await bridge.stop();
  await new Promise((resolve) => edx.close(resolve));
});

/** @param promised what the server says there is: how many rows, and where the next page lies. */
async function start(promised: { courses: object; grades: object }): Promise<void> {
  edx = createServer((request, response) => {
    const path = request.url ?? '';
    response.setHeader('content-type', 'application/json');
    if (/[?&]page=([2-9]|\d\d)/.test(path)) {
      response.statusCode = 404;
      return response.end(JSON.stringify({ detail: 'Not found.' }));
    }
    const body = path.includes('/oauth2/')
      ? { access_token: 'a-token', expires_in: 3600, token_type: 'JWT' }
      : path.includes('/user_grades/')
        ? { pagination: promised.grades, results: grades }
        : { pagination: promised.courses, results: courses };
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => edx.listen(0, '127.0.0.1', resolve));
  const { port } = edx.address() as AddressInfo;
  bridge = await startBridge({ env: { LMS__openedx__baseUrl: `http://127.0.0.1:${port}` } });
}

test.each([
  ['another host', (path: string) => elsewhere + path],
  ['http for https', (path: string) => `http://lms.example.com${path}`],
  ['another port', (path: string) => `https://lms.example.com:8443${path}`],
  ['a relative path', (path: string) => path],
])(
  'a next link with %s: the courses arrive, and the promise of a page that is absent is noted',
  async (_, link) => {
    const next = link('/api/courses/v1/courses/?page=2');
    await start({
      courses: { count: 14, previous: null, num_pages: 2, next },
      grades: { count: 6, previous: null, num_pages: 1, next: null },
    });
    const run = await bridge.sync('catalog');
    expect(run).toMatchObject({ state: 'succeeded', counts: { read: 2, sent: 2 } });
    expect(run.notes.map(noteText)).toEqual([
      'the source counted 14 courses and listed 2: it had fewer pages than it promised',
    ]);
  },
);

test('as they are, two courses arrive and six results are skipped for want of an address: no count is a promise', async () => {
  await start({
    courses: {
      count: 14,
      previous: null,
      num_pages: 2,
      next: `${elsewhere}/api/courses/v1/courses/?page=2`,
    },
    grades: {
      count: 944,
      previous: null,
      num_pages: 95,
      next: `${elsewhere}/api/grades/v1/user_grades/?page=2&username=all`,
    },
  });
  expect(await bridge.sync('catalog')).toMatchObject({ state: 'succeeded', counts: { read: 2, sent: 2 } });
  const results = await bridge.sync('consumption');
  expect(results).toMatchObject({ state: 'succeeded', counts: { read: 6, sent: 0, skipped: 6 } });
  expect(results.notes.map(noteText)).toEqual([
    expect.stringMatching(/^the source counted 944 rows from .* and gave 6, and/),
  ]);
  // Only after it was asked again, some time later.
  expect(bridge.logged.join()).toMatch(
    /The source counts 944 rows from \S+ to \S+ and gives 6; it is asked again/,
  );
});

test('with fewer rows than are counted and no further page, both are noted', async () => {
  await start({
    courses: { count: 14, previous: null, num_pages: 1, next: null },
    grades: { count: 944, previous: null, num_pages: 1, next: null },
  });
  const catalog = await bridge.sync('catalog');
  expect(catalog.state).toBe('succeeded');
  expect(catalog.notes.map(noteText).join()).toMatch(/counts 14 courses and gave 2/);
  const results = await bridge.sync('consumption');
  expect(results).toMatchObject({ state: 'succeeded', counts: { read: 6 } });
  expect(results.notes.map(noteText).join()).toMatch(/counted 944 rows .* and gave 6/);
});

test('a count without any row is believed: the results fail', async () => {
  await start({
    courses: { count: 2, previous: null, num_pages: 1, next: null },
    grades: { count: 944, previous: null, num_pages: 95, next: null },
  });
  grades.length = 0;
  expect((await bridge.sync('consumption')).error).toMatch(/counts 944 rows and gave 0/);
});

test('with true counts, two courses arrive, and six results are skipped for want of an address', async () => {
  await start({
    courses: { count: 2, previous: null, num_pages: 1, next: null },
    grades: { count: 6, previous: null, num_pages: 1, next: null },
  });
  expect(await bridge.sync('catalog')).toMatchObject({ state: 'succeeded', counts: { read: 2, sent: 2 } });
  const catalog = [...bridge.sandbox.ldServices.state.catalog.values()].map(({ record }) => record);
  expect(catalog).toMatchObject([
    {
      ExternalId: 'edX+DemoX+Course_Grades',
      SunsetDate: '2019-04-13',
      AvailabilityDate: '2017-03-17',
      DescriptionShort: 'null',
    },
    { ExternalId: 'edX+DemoX+Demo_Course', TrainingOrgs: 'edX', Deleted: 'false' },
  ]);
  expect(await bridge.sync('consumption')).toMatchObject({
    state: 'succeeded',
    counts: { read: 6, sent: 0, skipped: 6 },
  });
  expect(bridge.sandbox.ldServices.state.consumption.size).toBe(0);
});
