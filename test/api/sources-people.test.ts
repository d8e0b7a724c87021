import { getLearner, listEntities, listLearners } from '../../src/lib/api/sources/directory';
import type { App } from '../../src/lib/app';
import type { Bridge } from '../setup/bridge';
import { entities, learners, pages, progress, read, searchPages, toAllVendors } from './asked';

let bridge: Bridge;
/** The same sandbox, with Open edX read course by course. */
let stock: App;
beforeAll(async () => {
  bridge = await toAllVendors();
  stock = bridge.another({}, { LMS__openedx__grades: 'courses' });
});
afterAll(() => bridge.stop());

describe('learners and entities', () => {
  test.each([
    ['academyofmine', () => bridge.sandbox.academy!.state.users.size],
    ['tbook', () => bridge.sandbox.tBook!.state.learners.size],
  ])('of %s come page by page, each once, and are read one by one', async (id, size) => {
    const all = (await pages(learners(bridge.app, id), { limit: '8' })).flatMap(
      (page) => page.learners ?? [],
    );
    expect([all.length, new Set(all.map((one) => one.id)).size]).toEqual([size(), size()]);
    const one = await getLearner(bridge.app, id, all[0]!.id);
    expect([one.status, read(one).id]).toEqual([200, all[0]!.id]);
    expect((await getLearner(bridge.app, id, '999999')).status).toBe(404);
    const parts = (await pages(entities(bridge.app, id), { limit: '2' })).flatMap(
      (page) => page.entities ?? [],
    );
    expect(parts.length).toBeGreaterThan(1);
  });

  test('of one entity', async () => {
    const some = (await pages(learners(bridge.app, 'tbook'), { entityId: '24' })).flatMap(
      (page) => page.learners ?? [],
    );
    expect(new Set(some.map(({ entityId }) => entityId))).toEqual(new Set(['24']));
    expect((await learners(bridge.app, 'tbook')({ entityId: '999' })).status).toBe(404);
    const refused = await learners(bridge.app, 'academyofmine')({ entityId: '1' });
    expect([refused.status, read(refused).errors?.[0]?.field]).toEqual([422, 'entityId']);
  });

  test.each(['openedx', 'khalibre'])('are not told by %s', async (id) => {
    for (const answer of [
      await learners(bridge.app, id)({}),
      await getLearner(bridge.app, id, '1'),
      await entities(bridge.app, id)({}),
    ])
      expect([answer.status, read(answer).detail]).toEqual([
        501,
        expect.stringMatching(new RegExp(`^The source ${id} .*does not tell`)) as unknown,
      ]);
  });

  test('are not told where the settings leave out the operation', async () => {
    const operations = {
      ...(JSON.parse(bridge.env.LMS__academyofmine__operations ?? '') as object),
      ...{ 'users.list': null, 'portals.list': null },
    };
    const app = bridge.another({}, { LMS__academyofmine__operations: JSON.stringify(operations) });
    expect((await listLearners(app, 'academyofmine', {})).status).toBe(501);
    expect((await listEntities(app, 'academyofmine', {})).status).toBe(501);
  });
});

describe('results', () => {
  test('of a windowed source come by time, in a window that stays', async () => {
    const { openEdx } = bridge.sandbox;
    openEdx.server.requests.clear();
    const found = await searchPages(bridge.app, 'openedx', { limit: 60 });
    expect(found.flatMap((page) => page.progress ?? [])).toHaveLength([...openEdx.state.grades].length);
    const asked = openEdx.server.requests.to('/user_grades/').filter(({ query }) => query.page_size === '60');
    expect(asked.map(({ query }) => query.page)).toEqual(found.map((_, i) => String(i + 1)));
    expect(new Set(asked.map(({ query }) => query.end_date)).size).toBe(1);
  });

  test('of a windowed source of some time, course and learner: pages may be empty and go on', async () => {
    const grades = [...bridge.sandbox.openEdx.state.grades];
    const one = grades.at(-1)!;
    const body = { courseId: one.courseId, learner: one.learner.email.toUpperCase(), limit: 50 };
    const found = await searchPages(bridge.app, 'openedx', body);
    expect(found.flatMap((page) => page.progress ?? [])).toEqual([
      expect.objectContaining({ courseId: one.courseId, email: one.learner.email }),
    ]);
    expect(found.some((page) => page.progress?.length === 0 && page.next !== undefined)).toBe(true);
    const times = grades.map(({ modified }) => modified).sort((a, b) => a - b);
    const middle = times[150]!;
    const later = await searchPages(bridge.app, 'openedx', {
      from: new Date(middle).toISOString(),
      limit: 200,
    });
    const count = later.flatMap((page) => page.progress ?? []).length;
    expect(count).toBe(times.filter((at) => at >= Math.floor(middle / 1000) * 1000).length);
  });

  test.each(['khalibre', 'academyofmine'])('of %s come by course, by learner, or both', async (id) => {
    const rows =
      id === 'khalibre'
        ? bridge.sandbox
            .khalibre!.state.progress.filter(({ courseId }) =>
              bridge.sandbox.khalibre!.state.listed().some((course) => course.id === courseId),
            )
            .map(({ courseId, email }) => ({ courseId: String(courseId), email }))
        : [...bridge.sandbox.academy!.state.enrolments.values()].map(({ courseId, userId }) => ({
            courseId: String(courseId),
            email: bridge.sandbox.academy!.state.users.get(userId)!.email,
          }));
    const { courseId, email: learner } = rows[0]!;
    const inCourse = (await searchPages(bridge.app, id, { courseId, limit: 3 })).flatMap(
      (page) => page.progress ?? [],
    );
    expect(inCourse).toHaveLength(rows.filter((row) => row.courseId === courseId).length);
    const ofLearner = (await searchPages(bridge.app, id, { learner, limit: 3 })).flatMap(
      (page) => page.progress ?? [],
    );
    expect(ofLearner).toHaveLength(rows.filter((row) => row.email === learner).length);
    const both = (await searchPages(bridge.app, id, { courseId, learner, limit: 3 })).flatMap(
      (page) => page.progress ?? [],
    );
    expect(both.length).toBeGreaterThan(0);
    for (const row of both) expect(row).toMatchObject({ courseId, email: learner });
  });

  test('of a stock Open edX come by course alone', async () => {
    const { courseId, learner } = [...bridge.sandbox.openEdx.state.grades][0]!;
    const rows = await searchPages(stock, 'openedx', { courseId, limit: 10 });
    expect(rows.flatMap((page) => page.progress ?? [])).toHaveLength(
      bridge.sandbox.openEdx.state.grades.ofCourse(courseId).length,
    );
    const one = await searchPages(stock, 'openedx', { courseId, learner: learner.email, limit: 10 });
    expect(one.flatMap((page) => page.progress ?? [])).toHaveLength(1);
  });

  test.each([
    ['stock', { learner: 'ann@example.com' }, 'learner'],
    ['stock', {}, 'courseId'],
    ['khalibre', {}, 'courseId'],
    ['khalibre', { courseId: '1', from: '2026-01-01' }, 'from'],
    ['academyofmine', { courseId: '1', to: '2026-01-01' }, 'to'],
    ['openedx', { from: '2026-02-01', to: '2026-01-01' }, 'to'],
  ])('that %s cannot be asked for are 422: %j', async (id, body, field) => {
    const answer =
      id === 'stock' ? await progress(stock, 'openedx', body) : await progress(bridge.app, id, body);
    expect([answer.status, read(answer).errors?.[0]?.field]).toEqual([422, field]);
  });

  test('that cannot be read are counted', async () => {
    const { openEdx } = bridge.sandbox;
    const modified = Date.parse('2014-01-01T00:00:00Z');
    openEdx.state.grade({ email: 'bad.row@example.com', courseId: 'x', percent: 45, modified });
    const answer = await progress(bridge.app, 'openedx', { to: '2014-06-01', limit: 10 });
    expect(read(answer)).toMatchObject({ progress: [], unreadable: 1 });
    expect(answer.body).not.toContain('bad.row');
  });

  test('are not published by T-book; a course that is gone has none', async () => {
    expect((await progress(bridge.app, 'tbook', { courseId: '1' })).status).toBe(501);
    expect(read(await progress(bridge.app, 'khalibre', { courseId: '999999' })).progress).toEqual([]);
  });

  test('are to be kept by nobody, and next does not name the learner', async () => {
    const { learner } = [...bridge.sandbox.openEdx.state.grades][0]!;
    const answer = await progress(bridge.app, 'openedx', { learner: learner.email, limit: 1 });
    expect(answer.headers['cache-control']).toBe('no-store');
    const next = Buffer.from(read(answer).next ?? '', 'base64url').toString('utf8');
    expect(next).not.toBe('');
    expect(next).not.toContain('@');
  });
});
