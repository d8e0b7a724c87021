import { startAcademy } from '../../sandbox/academy-of-mine';
import { startKhalibre } from '../../sandbox/khalibre';
import type { PocketServer } from '../../sandbox/server';
import { startTBook } from '../../sandbox/t-book';
import { createSource } from '../../src/lib/sources/registry';
import { readLearners, untouched } from '../contract/read-all';
import { testDeps } from '../http/client-builder';
import { academySettings } from '../sources/academy-of-mine/settings';
import { khalibreSettings } from '../sources/khalibre/settings';
import { tBookSettings } from '../sources/t-book/settings';

/*
 * Before and after something is written, the learner is looked for. A field that says nothing of who that is must not
 * hide the learner: a second booking would be made.
 */
const learner = { email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee', civility: 'mme' as const };
const call = untouched();
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
const posts = (server: PocketServer, path: string): number =>
  server.requests.to(path).filter(({ method }) => method === 'POST').length;

test.each([
  { community: 'none' },
  { community: { id: { value: 57 } } },
  { emailAddress: { at: 'ann@example.com' } },
  { emailAddress: 'N/A', status: {} },
  { completedActivity: 'most', bookingDate: { year: 2025 } },
])('Khalibre: a row of progress with %j shows that the learner is booked', async (oddFields) => {
  const { url, state, server, stop } = await startKhalibre({ courses: 1, learners: 1, oddFields });
  stops.push(stop);
  state.putCourse({ id: 5000, title: 'One', end: null, communities: [57] });
  const { enrolments } = createSource(khalibreSettings(url), testDeps());
  const asked = { courseId: '5000', communityId: '57', learner };
  expect(await enrolments!.enrol(asked, call)).toEqual({ enrolled: true });
  expect(await enrolments!.enrol(asked, call)).toEqual({ enrolled: true });
  expect(posts(server, '/course/booking')).toBe(1);
});

test('Khalibre: the only community of a course is found by its id, whatever else is said of it', async () => {
  const { url, state, stop } = await startKhalibre({
    courses: 1,
    learners: 1,
    oddFields: { name: { en: 'x' } },
  });
  stops.push(stop);
  state.putCourse({ id: 5000, title: 'One', end: null, communities: [57] });
  const { enrolments } = createSource(khalibreSettings(url), testDeps());
  expect(await enrolments!.enrol({ courseId: '5000', learner }, call)).toEqual({ enrolled: true });
});

test.each([
  { percent_complete: 'most' },
  { started_on: { date: 1 } },
  { first_name: { en: 'Ann' }, last_name: [] },
  { portal_name: 7, status: ['x'] },
])('Academy of Mine: with %j the learner is enrolled once, and removed', async (oddFields) => {
  const { url, state, server, stop } = await startAcademy({ courses: 1, learners: 1, oddFields });
  stops.push(stop);
  state.putCourse({ id: 900, name: 'One' });
  const { enrolments } = createSource(academySettings(url), testDeps());
  const asked = { courseId: '900', learner };
  const there = () => [...state.enrolments.values()].filter(({ courseId }) => courseId === 900).length;
  expect(await enrolments!.enrol(asked, call)).toEqual({ enrolled: true });
  expect(await enrolments!.enrol(asked, call)).toEqual({ enrolled: true });
  expect([posts(server, '/enroll'), there()]).toEqual([1, 1]);
  expect(await enrolments!.remove!(asked, call)).toEqual({ removed: true });
  expect(there()).toBe(0);
});

test.each([
  [{ first_name: { en: 'Ann' } }, { firstName: { en: 'Ann' } }],
  [{ is_disabled: 'perhaps' }, { disabled: 'perhaps' }],
  [{ last_login: {} }, { lastLoggedIn: {} }],
])('Academy of Mine: all users are listed and read with %j', async (listed, detailed) => {
  const { url, state, stop } = await startAcademy({ learners: 5, oddFields: { ...listed, ...detailed } });
  stops.push(stop);
  const source = createSource(academySettings(url), testDeps());
  const all = await readLearners(source);
  expect(all).toHaveLength(state.users.size);
  const [first] = all;
  expect(await source.learners!.read(first!.id, call)).toEqual(first);
});

test.each([
  { entity: 'none' },
  { entity: { entityID: { id: 3 } } },
  { location: { city: 'Paris' } },
  { filter: { 0: 'May', 2: { word: 1 } } },
  { firstname: { fr: 'Ann' }, lastname: [] },
])('T-book: with %j the learner is enrolled, read and removed', async (oddFields) => {
  const { url, state, server, stop } = await startTBook({ learners: 3, oddFields });
  stops.push(stop);
  const source = createSource(tBookSettings(url), testDeps());
  const asked = { learner, entityId: '24', filter: ['May'], location: ['Paris'] };
  expect(await source.enrolments!.enrol(asked, call)).toEqual({ enrolled: true });
  expect(await source.enrolments!.enrol(asked, call)).toEqual({ enrolled: true });
  expect([posts(server, '/insertLearner'), posts(server, '/updateLearner')]).toEqual([1, 1]);
  const { id } = state.find('email', learner.email)!;
  for (const found of [
    await source.learners!.read(String(id), call),
    await source.learners!.find!(learner.email, call),
  ])
    expect(found).toMatchObject({ id: String(id), email: learner.email });
  expect(await source.enrolments!.remove!(asked, call)).toEqual({ removed: true });
});

test('T-book: what says plainly that the learner has no session is believed', async () => {
  const { url, stop } = await startTBook({ learners: 3, oddFields: { location: false } });
  stops.push(stop);
  const { enrolments } = createSource(tBookSettings(url), testDeps());
  const asked = { learner, entityId: '24', filter: ['May'], location: ['Paris'] };
  await expect(enrolments!.enrol(asked, call)).rejects.toThrow('does not show them');
});

test.each([{ description: { fr: 'x' } }, { language: 1, name: [] }])(
  'T-book: an entity with %j is read',
  async (oddFields) => {
    const { url, state, stop } = await startTBook({ learners: 1, oddFields });
    stops.push(stop);
    const { entities } = createSource(tBookSettings(url), testDeps());
    const [id] = state.entities.keys();
    expect(await entities!.read!(String(id), call)).toMatchObject({ id: String(id) });
  },
);
