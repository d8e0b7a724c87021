import { startAcademy, type Academy } from '../../../sandbox/academy-of-mine';
import type { AcademyOptions } from '../../../sandbox/academy-of-mine/options';
import type { AcademySettings } from '../../../src/lib/sources/academy-of-mine/settings';
import { createSource } from '../../../src/lib/sources/registry';
import { readCatalog, readConsumption, readLearners } from '../../contract/read-all';
import { failure, testDeps } from '../../http/client-builder';
import { json, TestServer } from '../../http/test-server';
import { academySettings } from './settings';

const call = { signal: new AbortController().signal };
let academy: Academy;
const start = async (more: Partial<AcademyOptions> = {}) => {
  academy = await startAcademy({ courses: 20, learners: 15, ...more });
};
afterEach(() => academy.stop());
const open = (more: Partial<AcademySettings> = {}) =>
  createSource(academySettings(academy.url, more), testDeps());

test('a server that gives fewer rows than asked for loses none', async () => {
  await start({ maxPageSize: 7 });
  const { state } = academy;
  expect((await readCatalog(open())).rows).toHaveLength(state.published().length);
  expect(await readConsumption(open())).toHaveLength(state.enrolments.size);
});

test('a size of pages among an operation’s own params is the one that counts', async () => {
  await start();
  const ids = Array.from({ length: 20 }, (_, i) => i + 1);
  const server = await TestServer.start(({ query }, response) => {
    const [size, number] = [Number(query.get('page_size')), Number(query.get('page_number'))];
    const records = ids.slice((number - 1) * size, number * size).map((id) => ({ id }));
    json({ records })(response);
  });
  const { operations } = academySettings('x');
  const list = { ...operations!['courses.list']!, params: { page_size: 6 } };
  const source = createSource(
    academySettings(server.origin, { operations: { ...operations, 'courses.list': list } }),
    testDeps(),
  );
  if (source.consumption?.type !== 'scanned') throw new Error('it is scanned');
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await source.consumption.courses(cursor, call);
    found.push(...page.ids);
    cursor = page.next;
  } while (cursor !== undefined);
  await server.stop();
  expect(found).toEqual(ids.map(String));
});

test('counts and yes or no may come as texts and numbers', async () => {
  await start();
  const disabled = ['0', 1, '1', 0, null, 'false', true];
  const server = await TestServer.start((_, response) =>
    json({
      recordsTotal: '7',
      recordsFiltered: '7',
      records: disabled.map((is_disabled, i) => ({ id: i + 1, is_disabled })),
    })(response),
  );
  const source = createSource(academySettings(server.origin), testDeps());
  const { rows, notes } = await source.learners!.page(undefined, call);
  await server.stop();
  expect(notes).toBeUndefined();
  expect(rows.map((row) => row.disabled)).toEqual([false, true, true, false, undefined, false, true]);
});

test('a webhook is changed when the vendor says so, and not when a 200 says something else', async () => {
  await start();
  let answer: object = { message: 'Something went wrong' };
  const server = await TestServer.start((_, response) => json(answer)(response));
  const { webhookAdmin } = createSource(academySettings(server.origin), testDeps());
  const update = () =>
    webhookAdmin!.update!('4', 'course_completed', 'https://app.example.com/?code=k3y', call);
  expect((await failure(update())).message).toMatch(/did not say that it changed webhook 4/);
  answer = { id: '4', message: 'Webhook updated successfully' };
  await update();
  await server.stop();
});

test('a line of a webhook’s log may have numbers for words, and names of any length', async () => {
  await start();
  const server = await TestServer.start((_, response) =>
    json({
      records: [
        { id: 1, event: 'Course Completed', data: [], status: 200, created_at: 'Aug 03, 2020 09:56 AM' },
        { id: 2, event: 'x'.repeat(100_000), data: [], status: 'success', created_at: '' },
      ],
    })(response),
  );
  const source = createSource(academySettings(server.origin), testDeps());
  const { deliveries, unreadable } = await source.webhookAdmin!.log('3', undefined, call);
  await server.stop();
  expect(unreadable).toBe(0);
  expect(deliveries.map(({ event, failed }) => [event!.length, failed])).toEqual([
    ['course_completed'.length, false],
    [80, false],
  ]);
});

test('a server that does not heed the page number is found out', async () => {
  await start({ honourPage: false });
  const error = await failure(readCatalog(open({ pageSize: 5 })));
  expect(error).toMatchObject({ name: 'PayloadError' });
  expect(error.message).toContain('gave the same rows as page 1 and as page 2 of courses.list');
});

test('a draft is not read as a course, but its learners are', async () => {
  await start();
  const { state } = academy;
  const [course] = state.published();
  state.putCourse({ id: course!.id, status: 'DRAFT' });
  const { catalog, consumption } = open();
  expect(await catalog!.read(String(course!.id), call)).toBeUndefined();
  if (consumption?.type !== 'scanned') throw new Error('it is scanned');
  expect((await consumption.courses(undefined, call)).ids).toContain(String(course!.id));
});

test('a course is the same, whether it was listed or read by itself', async () => {
  await start({ learningPaths: 4 });
  const source = open({ learningPaths: true });
  for (const row of (await readCatalog(source)).rows) {
    expect(row.ok).toBe(true);
    expect(await source.catalog!.read(row.key!, call)).toEqual(row);
  }
});

test('learning paths come after the courses, when they are asked for', async () => {
  await start({ learningPaths: 4 });
  const keys = (await readCatalog(open({ learningPaths: true, pageSize: 3 }))).rows.map(({ key }) => key);
  expect(keys.slice(-3)).toEqual(['lp-1', 'lp-2', 'lp-3']);
  expect(keys).toHaveLength(academy.state.published().length + 3);
  expect(await open().catalog!.read('lp-1', call)).toBeUndefined();
});

test('a wrong path is never taken for an empty catalog', async () => {
  await start();
  const { operations } = academySettings(academy.url);
  const wrong = (name: 'courses.get' | 'courses.list' | 'courses.detailReport') =>
    open({ operations: { ...operations, [name]: { ...operations![name]!, path: '/api/nowhere' } } });
  for (const [name, read] of [
    ['courses.get', readCatalog],
    ['courses.list', readCatalog],
    ['courses.detailReport', readConsumption],
  ] as const) {
    const error = await failure(read(wrong(name)));
    expect(error.message).toContain(`check the path of ${name} in LMS__academyofmine__operations`);
  }
});

test('a course that goes while the pages turn is left out, and told', async () => {
  await start();
  const { state, server } = academy;
  const gone = state.published()[2]!.id;
  server.onRequest = ({ path }) => {
    if (path.endsWith('/details')) state.courses.delete(gone);
  };
  const page = await open({ concurrency: 1 }).catalog!.page(undefined, call);
  expect(page.rows.map(({ key }) => key)).not.toContain(String(gone));
  expect(page.notes).toEqual([{ text: 'a listed course is not found by its id', rows: 1 }]);
});

test('a page whose only course is not found by its id costs no other; a list in which none is found is an error', async () => {
  await start();
  const { state } = academy;
  const [first, ...others] = state.published().map(({ id }) => id);
  state.options.notFoundById = [first!];
  const source = open({ pageSize: 1, concurrency: 1 });
  const { rows } = await readCatalog(source);
  expect(rows.map(({ key }) => key).sort()).toEqual(others.map(String).sort());

  state.options.notFoundById = [first!, ...others];
  expect((await failure(readCatalog(source))).message).toMatch(/lists courses and finds none of them/);
});

test('one learner is read in all courses, and nobody else', async () => {
  await start({ coursesPerLearner: 6 });
  const { state } = academy;
  const [user] = state.users.values();
  state.addUser({ email: `x${user!.email}`, firstName: 'X', lastName: 'Y' });
  const other = state.userOf(`x${user!.email}`)!;
  for (const { id } of state.courses.values()) state.enrol({ courseId: id, userId: other.id });
  const feed = open({ pageSize: 4 }).consumption!;
  if (feed.type !== 'scanned') throw new Error('it is scanned');
  const keys: (string | undefined)[] = [];
  let cursor: string | undefined;
  do {
    const page = await feed.learnerPage!(user!.email.toUpperCase(), cursor, call);
    keys.push(...page.rows.map(({ key }) => key));
    cursor = page.next;
  } while (cursor !== undefined);
  const mine = [...state.enrolments.values()].filter(({ userId }) => userId === user!.id);
  expect(mine.length).toBeGreaterThan(2);
  expect(keys).toHaveLength(mine.length);
});

test('portals and users are read through; an operation that is null takes its capability away', async () => {
  await start({ learners: 3 });
  const { operations } = academySettings(academy.url);
  const source = open();
  expect(await source.entities!.page(undefined, call)).toEqual({
    rows: [
      { id: '5', name: 'Head office' },
      { id: '6', name: 'Partners' },
      { id: '7', name: 'Field' },
    ],
    next: undefined,
  });
  const [first] = await readLearners(source);
  expect(first).toEqual({
    id: '1000',
    firstName: expect.any(String),
    lastName: expect.any(String),
    disabled: false,
  });
  expect(await source.learners!.read('1000', call)).toMatchObject({ id: '1000' });
  expect(await source.learners!.read('4711', call)).toBeUndefined();
  expect(await failure(source.learners!.page(undefined, call, '5'))).toMatchObject({ field: 'entityId' });
  const less = open({ operations: { ...operations, 'courses.remove': null, 'portals.list': null } });
  expect([less.enrolments, less.entities]).toEqual([undefined, undefined]);
  expect(less.learners).toBeDefined();
});

test('what the report calls required is sent, and an operation’s own params win', async () => {
  await start();
  const server = await TestServer.start((_, response) => json({ records: [] })(response));
  const { operations } = academySettings('x');
  const report = {
    ...operations!['courses.detailReport']!,
    params: { userCategoryId: 18, searchPortalIds: ['-1'] },
  };
  const source = createSource(
    academySettings(server.origin, { operations: { ...operations, 'courses.detailReport': report } }),
    testDeps(),
  );
  if (source.consumption?.type !== 'scanned') throw new Error('it is scanned');
  await source.consumption.page('12', undefined, call);
  await source.consumption.courses(undefined, call);
  await server.stop();
  expect(JSON.parse(server.seen[0]!.body)).toEqual({
    course_ids: ['12'],
    page_size: 100,
    page_number: 1,
    order_by: { colName: 'registered_on', direction: 'asc' },
    search_param: {},
    userCategoryId: 18,
    registered_between: ['1970-01-01', '2099-12-31'],
    searchPortalIds: ['-1'],
  });
  // In a query, structures are JSON text.
  expect(server.seen[1]!.query.get('order_by')).toBe('{"colName":"created_at","direction":"asc"}');
});
