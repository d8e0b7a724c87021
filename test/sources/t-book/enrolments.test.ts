import { startTBook, type TBook } from '../../../sandbox/t-book';
import { multipartFields } from '../../../sandbox/t-book/multipart';
import { createSource } from '../../../src/lib/sources/registry';
import type { Enrolment } from '../../../src/lib/sources/source';
import { failure, testDeps } from '../../http/client-builder';
import { json, TestServer } from '../../http/test-server';
import { tBookSettings } from './settings';

const call = { signal: new AbortController().signal };
const ann = { email: 'Ann@example.com', firstName: 'Ann', lastName: 'Lee', civility: 'mme' as const };
const asked: Enrolment = {
  learner: { ...ann, externalId: '23' },
  entityId: '24',
  filter: ['Session 1', 'May 2018'],
  location: ['Paris'],
};

let tBook: TBook;
beforeEach(async () => {
  tBook = await startTBook({ learners: 3 });
});
afterEach(() => tBook.stop());
const enrolments = (origin = tBook.url) => createSource(tBookSettings(origin), testDeps()).enrolments!;
const posts = (path: string) => tBook.server.requests.to(path).length;
const found = () => tBook.state.find('email', ann.email);

test.each(['json', 'empty', 'text'] as const)(
  'a learner who is new is inserted, assigned at once, and looked for (T-book answers %s)',
  async (writeAnswers) => {
    tBook.state.options.writeAnswers = writeAnswers;
    expect(await enrolments().enrol(asked, call)).toEqual({ enrolled: true });
    expect(found()).toMatchObject({
      login: 'Ann@example.com',
      entityId: 24,
      externalID: '23',
      sessions: ['Session 1|Paris', 'May 2018|Paris'],
    });
  },
);

test('the fields go out under T-book’s very names', async () => {
  const seen: [string, string][][] = [];
  let reads = 0;
  const server = await TestServer.start(({ path, headers, body }, response) => {
    if (path === '/api/token') return json({ access_token: 'a', expires_in: 60 })(response);
    if (path === '/api/getOneLearner' && ++reads === 1)
      return json({ error: { code: 'not_found', message: 'No' } }, 404)(response);
    const request = { headers, body: Buffer.from(body) } as never;
    if (path === '/api/insertLearner') seen.push(multipartFields(request) ?? []);
    return json({ learnerID: '9', filter: asked.filter, location: asked.location })(response);
  });
  await enrolments(server.origin).enrol(asked, call);
  await server.stop();
  expect(seen).toEqual([
    [
      ['entity[identifier]', '24'],
      ['login', 'Ann@example.com'],
      ['civility', 'mme'],
      ['lastname', 'Lee'],
      ['firstname', 'Ann'],
      ['externalID', '23'],
      ['contactEmail[0]', 'Ann@example.com'],
      ['filter[0]', 'Session 1'],
      ['filter[1]', 'May 2018'],
      ['location[0]', 'Paris'],
      ['assignation', '1'],
    ],
  ]);
});

test('one who is there gets the sessions beside those that were there, and needs no name', async () => {
  await enrolments().enrol(asked, call);
  const more = { learner: { email: ann.email }, filter: ['Session 9'], location: ['Lyon'] };
  expect(await enrolments().enrol(more, call)).toEqual({ enrolled: true });
  expect(found()).toMatchObject({
    lastname: 'Lee',
    filter: ['Session 1', 'May 2018', 'Session 9'],
    location: ['Paris', 'Lyon'],
  });
  expect([posts('/insertLearner'), posts('/updateLearner')]).toEqual([1, 1]);
});

test('without assignation nobody is assigned', async () => {
  await enrolments().enrol({ ...asked, assignation: false }, call);
  expect(found()).toMatchObject({ sessions: [], filter: ['Session 1', 'May 2018'] });
});

test('a repeat after a lost answer leaves one learner', async () => {
  tBook.server.faults.set({
    rate: 1,
    count: 1,
    kinds: ['reset-in-body'],
    paths: ['/insertLearner'],
    afterEffect: true,
  });
  expect(await enrolments().enrol(asked, call)).toEqual({ enrolled: true });
  const logins = [...tBook.state.learners.values()].map(({ login }) => login);
  expect(logins.filter((login) => login === 'Ann@example.com')).toHaveLength(1);
});

test.each([
  [{ courseId: '1' }, 'courseId'],
  [{ filter: [] }, 'filter'],
  [{ location: undefined }, 'location'],
  [{ location: [' '] }, 'location'],
  [{ learner: { ...ann, email: 'nobody' } }, 'learner.email'],
  [{ learner: { ...ann, externalId: 'x' } }, 'learner.externalId'],
  [{ entityId: undefined }, 'entityId'],
  [{ learner: { ...ann, civility: undefined } }, 'learner.civility'],
  [{ learner: { ...ann, lastName: ' ' } }, 'learner.lastName'],
])('what T-book could not take names its field, and nothing is written: %j', async (more, field) => {
  const error = await failure(enrolments().enrol({ ...asked, ...more }, call));
  expect(error).toMatchObject({ name: 'InputError', field });
  expect([posts('/insertLearner'), posts('/updateLearner')]).toEqual([0, 0]);
});

test('a 200 that says no in place of an answer removes nobody', async () => {
  await enrolments().enrol(asked, call);
  tBook.server.faults.set({ rate: 1, kinds: ['bare-error'], paths: ['/removeLearnerSession'] });
  expect(await failure(enrolments().remove!(asked, call))).toMatchObject({
    name: 'RefusedError',
    status: 404,
  });
  expect(found()?.sessions).toHaveLength(2);
});

test('a refusal is told once, with T-book’s reason', async () => {
  const error = await failure(enrolments().enrol({ ...asked, entityId: '99' }, call));
  expect(error).toMatchObject({ name: 'RefusedError', status: 402, reason: 'The entity does not exist.' });
  expect(posts('/insertLearner')).toBe(1);
});

test('a learner is taken out of each session, once or twice', async () => {
  await enrolments().enrol(asked, call);
  for (let i = 0; i < 2; i++)
    expect(await enrolments().remove!({ ...asked, filter: ['Session 1'] }, call)).toEqual({ removed: true });
  expect(found()?.sessions).toEqual(['May 2018|Paris']);
  expect(await enrolments().remove!({ ...asked, learner: { email: 'nobody@example.com' } }, call)).toEqual({
    removed: true,
  });
});
