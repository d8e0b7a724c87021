import { startAcademy, type Academy } from '../../../sandbox/academy-of-mine';
import { createSource } from '../../../src/lib/sources/registry';
import type { Enrolment } from '../../../src/lib/sources/source';
import { failure, testDeps } from '../../http/client-builder';
import { academySettings } from './settings';

const call = { signal: new AbortController().signal };
const ann = { email: 'Ann@example.com', firstName: 'Ann', lastName: 'Lee' };
let academy: Academy;
beforeEach(async () => {
  academy = await startAcademy({ courses: 3, learners: 5 });
  academy.state.putCourse({ id: 900, name: 'One' });
});
afterEach(() => academy.stop());

const source = () => createSource(academySettings(academy.url), testDeps()).enrolments!;
const enrol = (more: Partial<Enrolment> = {}) =>
  source().enrol({ courseId: '900', learner: ann, ...more }, call);
const remove = (more: Partial<Enrolment> = {}) =>
  source().remove!({ courseId: '900', learner: ann, ...more }, call);
const inCourse = () =>
  [...academy.state.enrolments.values()]
    .filter(({ courseId }) => courseId === 900)
    .map(({ userId }) => academy.state.users.get(userId)!.email);
const asked = (path: string) =>
  academy.server.requests.to(path).filter(({ method }) => method === 'POST').length;

test('a learner who is not there is made, and enrolled', async () => {
  expect(await enrol({ entityId: '6' })).toEqual({ enrolled: true });
  expect(inCourse()).toEqual(['Ann@example.com']);
  expect([...academy.state.enrolments.values()].at(-1)).toMatchObject({ courseId: 900, portalId: 6 });
});

test('a learner who is there is not made a second time', async () => {
  academy.state.addUser({ email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' });
  expect(await enrol()).toEqual({ enrolled: true });
  expect(inCourse()).toEqual(['ann@example.com']);
});

test('whose address merely ends like it is another', async () => {
  academy.state.addUser({ email: 'joann@example.com', firstName: 'Jo', lastName: 'Lee' });
  await enrol();
  expect(inCourse()).toEqual(['Ann@example.com']);
});

test('where the list does not tell two apart, the id is asked for, and nobody is enrolled', async () => {
  academy.state.addUser({ email: 'joann@example.com', firstName: 'Jo', lastName: 'Lee' });
  const { id } = academy.state.addUser({ email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' });
  expect(await failure(enrol())).toMatchObject({ name: 'InputError', field: 'learner.id' });
  expect(inCourse()).toEqual([]);
  await enrol({ learner: { ...ann, id: String(id) } });
  expect(inCourse()).toEqual(['ann@example.com']);
  academy.state.options.listsEmails = true;
  academy.state.enrolments.clear();
  await enrol();
  expect(inCourse()).toEqual(['ann@example.com']);
});

test('who is enrolled already stays so, without another call', async () => {
  await enrol();
  expect(await enrol({ learner: { email: 'ANN@example.com' } })).toEqual({ enrolled: true });
  expect([inCourse().length, asked('/enroll')]).toEqual([1, 1]);
});

test.each([
  [{ courseId: undefined }, 'courseId'],
  [{ courseId: 'lp-1' }, 'courseId'],
  [{ entityId: 'x' }, 'entityId'],
  [{ learner: { email: 'nobody' } }, 'learner.email'],
  [{ learner: { email: 'ann@example.com' } }, 'learner.firstName'],
  [{ learner: { ...ann, id: 'x' } }, 'learner.id'],
])('what cannot be asked for names its field (%#)', async (more, field) => {
  expect(await failure(enrol(more as Partial<Enrolment>))).toMatchObject({ name: 'InputError', field });
  expect(asked('/enroll')).toBe(0);
});

test('an answer that counts nobody is not believed', async () => {
  academy.state.putCourse({ id: 900, status: 'DRAFT' });
  const error = await failure(enrol());
  expect(error).toMatchObject({ name: 'RefusedError' });
  expect(error.message).toContain('did not enrol the learner');
});

test('a course that is not there is named', async () => {
  const error = await failure(enrol({ courseId: '99999' }));
  expect(error).toMatchObject({ name: 'RefusedError', status: 404 });
  expect(error.message).toBe('source academyofmine has no course 99999 (404); check courseId');
});

test('a refusal has the vendor’s reason without the address', async () => {
  const error = await failure(enrol({ entityId: '99' }));
  expect(error).toMatchObject({ name: 'RefusedError', status: 422 });
  expect(error.message).toContain('courses.enroll (422)');
});

test('after a call whose answer is lost the learner is looked for, and not enrolled again', async () => {
  academy.server.faults.set({
    rate: 1,
    kinds: ['500'],
    paths: ['/enroll'],
    methods: ['POST'],
    afterEffect: true,
  });
  expect(await enrol()).toEqual({ enrolled: true });
  expect([inCourse().length, asked('/enroll')]).toEqual([1, 1]);
});

test('a call that did not happen is told, and can be repeated', async () => {
  academy.server.faults.set({ rate: 1, kinds: ['500'], paths: ['/enroll'], methods: ['POST'], count: 1 });
  expect((await failure(enrol())).message).toContain('does not show there; try again');
  expect(await enrol()).toEqual({ enrolled: true });
});

test('a learner is removed by the enrolment’s id, and by nobody else’s', async () => {
  academy.state.addUser({ email: 'joann@example.com', firstName: 'Jo', lastName: 'Lee' });
  academy.state.enrol({ courseId: 900, userId: academy.state.userOf('joann@example.com')!.id });
  await enrol();
  expect(await remove()).toEqual({ removed: true });
  expect(inCourse()).toEqual(['joann@example.com']);
});

test('who is not in the course is removed without a call', async () => {
  expect(await remove()).toEqual({ removed: true });
  expect(asked('/remove')).toBe(0);
});

test('a removal that did not happen is told', async () => {
  await enrol();
  academy.server.faults.set({ rate: 1, kinds: ['500'], paths: ['/remove'], methods: ['POST'] });
  expect((await failure(remove())).message).toContain('the learner is still there; try again');
});

test('no address and no password stands in an error', async () => {
  const joann = academy.state.addUser({ email: 'joann@example.com', firstName: 'Jo', lastName: 'Lee' });
  academy.state.enrol({ courseId: 900, userId: joann.id });
  for (const path of ['/api/users', '/enroll', '/reports/']) {
    academy.server.faults.set({ rate: 1, kinds: ['login-page', '500'], paths: [path] });
    const { message } = await failure(enrol());
    expect(message).not.toMatch(/ann@|Aa1/i);
  }
});

test('a user who was made while the answer was lost is found, and not made twice', async () => {
  academy.state.addUser({ email: 'joann@example.com', firstName: 'Jo', lastName: 'Lee' });
  academy.server.faults.set({
    rate: 1,
    kinds: ['500'],
    paths: ['/api/users'],
    methods: ['POST'],
    afterEffect: true,
  });
  expect(await enrol()).toEqual({ enrolled: true });
  expect(inCourse()).toEqual(['Ann@example.com']);
  expect(asked('/api/users')).toBe(1);
});

test('a user who could not be made is told, and the next call makes one', async () => {
  academy.server.faults.set({ rate: 1, kinds: ['500'], paths: ['/api/users'], methods: ['POST'], count: 1 });
  expect(await failure(enrol())).toMatchObject({ name: 'RetryableError' });
  expect(await enrol()).toEqual({ enrolled: true });
});

test('of two whom the search finds, the report of another course tells who is meant', async () => {
  academy.state.addUser({ email: 'joann@example.com', firstName: 'Jo', lastName: 'Lee' });
  const { id } = academy.state.addUser({ email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' });
  academy.state.putCourse({ id: 901, name: 'Another' });
  academy.state.enrol({ courseId: 901, userId: id });
  expect(await enrol({ learner: { email: 'ann@example.com' } })).toEqual({ enrolled: true });
  expect(inCourse()).toEqual(['ann@example.com']);
});

test('another whom the search finds in place of the one who is meant is taken out again', async () => {
  academy.state.addUser({ email: 'joann@example.com', firstName: 'Jo', lastName: 'Lee' });
  academy.state.addUser({ email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' });
  academy.state.options.unlisted = ['ann@example.com'];
  expect(await failure(enrol())).toMatchObject({ name: 'InputError', field: 'learner.id' });
  expect(inCourse()).toEqual([]);
});

describe('portals', () => {
  beforeEach(() => {
    const { id } = academy.state.addUser({ email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' });
    academy.state.enrol({ courseId: 900, userId: id, portalId: 5 });
  });
  const portals = () =>
    [...academy.state.enrolments.values()]
      .filter(({ courseId }) => courseId === 900)
      .map(({ portalId }) => portalId);

  test('who is in a course through one portal is enrolled through another', async () => {
    expect(await enrol({ entityId: '6' })).toEqual({ enrolled: true });
    expect(portals()).toEqual([5, 6]);
    expect(await enrol({ entityId: '6' })).toEqual({ enrolled: true });
    expect(await enrol()).toEqual({ enrolled: true });
    expect(asked('/enroll')).toBe(1);
  });

  test('where a site allows one enrolment in a course, that is told', async () => {
    academy.state.options.oneEnrolmentACourse = true;
    const error = await failure(enrol({ entityId: '6' }));
    expect(error).toMatchObject({ name: 'RefusedError' });
    expect(error.message).toContain('through another portal');
    expect(portals()).toEqual([5]);
  });

  test('a learner is removed from one portal, or from all', async () => {
    await enrol({ entityId: '6' });
    await enrol({ entityId: '7' });
    expect(await remove({ entityId: '6' })).toEqual({ removed: true });
    expect(portals()).toEqual([5, 7]);
    expect(await remove()).toEqual({ removed: true });
    expect(portals()).toEqual([]);
  });
});

test('a learner whose address there is another is known by the id', async () => {
  const { id } = academy.state.addUser({ email: 'a.lee@example.com', firstName: 'A', lastName: 'Lee' });
  const learner = { ...ann, id: String(id) };
  expect(await enrol({ learner })).toEqual({ enrolled: true });
  expect(await enrol({ learner })).toEqual({ enrolled: true });
  expect([inCourse(), asked('/enroll')]).toEqual([['a.lee@example.com'], 1]);
  expect(await remove({ learner })).toEqual({ removed: true });
  expect(inCourse()).toEqual([]);
});

test('after a removal whose answer is lost the list is believed', async () => {
  await enrol();
  academy.server.faults.set({
    rate: 1,
    kinds: ['500'],
    paths: ['/remove'],
    methods: ['POST'],
    afterEffect: true,
  });
  expect(await remove()).toEqual({ removed: true });
  expect([inCourse(), asked('/remove')]).toEqual([[], 1]);
});

test('where no address is told, nobody is removed on a guess', async () => {
  await enrol();
  const [one] = [...academy.state.enrolments.values()].filter(({ courseId }) => courseId === 900);
  academy.state.enrol({ ...one!, raw: { email: '' } });
  expect(await failure(remove())).toMatchObject({ name: 'InputError', field: 'learner.id' });
  expect(inCourse()).toHaveLength(1);
});
