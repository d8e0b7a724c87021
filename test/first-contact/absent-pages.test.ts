import { noteText } from '../../src/lib/domain/notes';
import { createSource } from '../../src/lib/sources/registry';
import { startAcademy } from '../../sandbox/academy-of-mine';
import { startKhalibre } from '../../sandbox/khalibre';
import { failure, testDeps } from '../http/client-builder';
import { type Bridge, startBridge } from '../setup/bridge';
import { academySettings } from '../sources/academy-of-mine/settings';
import { khalibreSettings } from '../sources/khalibre/settings';

/* The next page was promised, and is 404 when it is asked for. */
const second = (path: string, skip = 1) => ({
  rate: 1,
  kinds: ['404' as const],
  paths: [path],
  skip,
  count: 1,
});

describe('a feed ends there, and says so', () => {
  let bridge: Bridge;
  afterEach(() => bridge.stop());

  test.each([
    ['openedx', 'catalog', '/api/courses/v1/courses/', /fewer pages than it promised/],
    [
      'openedx',
      'consumption',
      '/api/courses/v1/courses/',
      /list of courses had fewer pages than it promised/,
    ],
    ['openedx', 'consumption', '/api/grades/v1/courses/', /a page of grades was promised and does not exist/],
    ['khalibre', 'catalog', '/v1.1/courses', /page 2 was promised and does not exist/],
    ['khalibre', 'consumption', '/v1.1/courses', /page 2 was promised and does not exist/],
    ['khalibre', 'consumption', '/progress/course/', /page 2 was promised and does not exist/],
    ['academyofmine', 'catalog', '/courses/list', /courses.list: page 2 was promised and does not exist/],
    ['academyofmine', 'consumption', '/courses/list', /courses.list: page 2 was promised and does not exist/],
    [
      'academyofmine',
      'consumption',
      '/course-detail',
      /detailReport: page 2 was promised and does not exist/,
    ],
  ] as const)('%s, %s: %s', async (source, kind, path, note) => {
    bridge = await startBridge({
      sandbox: {
        openEdx: { courses: 8, learners: 30, grades: 200, defaultPageSize: 3 },
        khalibre: { courses: 10, learners: 30 },
        academy: { courses: 8, learners: 30, coursesPerLearner: 8 },
      },
      env: {
        LMS__openedx__grades: 'courses',
        LMS__openedx__pageSize: '3',
        LMS__khalibre__pageSize: '3',
        LMS__academyofmine__pageSize: '3',
        // One course after another: the second call is for a second page.
        LMS__openedx__concurrency: '1',
        LMS__khalibre__concurrency: '1',
        LMS__academyofmine__concurrency: '1',
      },
    });
    const { openEdx, khalibre, academy } = bridge.sandbox;
    const { server } = { openedx: openEdx, khalibre: khalibre!, academyofmine: academy! }[source];
    // Nobody is in the first course of the academy.
    server.faults.set(second(path, path === '/course-detail' ? 2 : 1));
    const run = await bridge.sync(kind, { source });
    expect([run.state, run.error]).toEqual(['succeeded', undefined]);
    expect(run.notes.map(noteText).join()).toMatch(note);
    expect(run.counts).toMatchObject({ deleted: 0, quarantined: 0 });
    expect(server.faults.plans[0]?.played).toBe(1);
  });
});

describe('who may stand on it is not taken for absent', () => {
  const call = { signal: new AbortController().signal };
  const learner = { email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' };

  test('Khalibre: nobody is booked', async () => {
    const { url, state, server, stop } = await startKhalibre({ courses: 1, learners: 1 });
    for (const id of [5000, 5001]) {
      state.putCourse({ id, title: 'One', end: null, communities: [57] });
      state.putProgress({ courseId: id, communityId: 57, email: learner.email });
    }
    const { enrolments } = createSource(khalibreSettings(url, { pageSize: 1 }), testDeps());
    server.faults.set(second('/progress/learner'));
    const asked = { courseId: '5001', communityId: '57', learner };
    expect((await failure(enrolments!.enrol(asked, call))).message).toMatch(/gives not all of the learner's/);
    expect(server.requests.to('/course/booking')).toHaveLength(0);
    await stop();
  });

  test('Academy of Mine: nobody is enrolled', async () => {
    const { url, state, server, stop } = await startAcademy({ courses: 1, learners: 1 });
    state.putCourse({ id: 900, name: 'One' });
    for (const email of ['joann@example.com', 'maryann@example.com'])
      state.addUser({ email, firstName: 'Jo', lastName: 'Lee' });
    const { enrolments } = createSource(academySettings(url, { pageSize: 1 }), testDeps());
    server.faults.set(second('/users/list'));
    const asked = { courseId: '900', learner };
    expect((await failure(enrolments!.enrol(asked, call))).message).toMatch(/does not give the whole list/);
    expect(server.requests.entries.filter(({ method }) => method === 'POST')).toEqual([]);
    await stop();
  });
});
