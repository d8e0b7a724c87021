import { type Bridge, startBridge } from '../setup/bridge';
import { bodyOf, detailOf, send } from './send-enrolments';

let bridge: Bridge;
beforeAll(async () => {
  bridge = await startBridge({ sandbox: { academy: { courses: 6 }, tBook: {} } });
});
afterAll(() => bridge.stop());
afterEach(() => {
  bridge.sandbox.academy!.server.faults.set();
  bridge.sandbox.tBook!.server.faults.set();
});

type Body = Record<string, unknown>;
const enrol = (body: Body, key?: string) => send(bridge.app, body, { key });
const remove = (body: Body, key?: string) => send(bridge.app, body, { key, action: 'remove' });
const asks = (vendor: 'academy' | 'tBook') => bridge.sandbox[vendor]!.server.requests.total;

describe('Academy of Mine', () => {
  const academy = () => bridge.sandbox.academy!.state;
  const course = () => [...academy().courses.values()].find(({ status }) => status !== 'DRAFT')!;
  const body = (email: string, more: Body = {}): Body => ({
    source: 'academyofmine',
    courseId: String(course().id),
    learner: { email, firstName: 'Ann', lastName: 'Lee' },
    ...more,
  });
  const enrolled = (email: string) => {
    const user = academy().userOf(email);
    return [...academy().enrolments.values()].filter(
      ({ courseId, userId }) => courseId === course().id && userId === user?.id,
    ).length;
  };

  test('makes the user, enrols, and takes out again by looking the enrolment up', async () => {
    expect(bodyOf(await enrol(body('Aom.New@example.com')))).toMatchObject({ enrolled: true });
    expect(enrolled('aom.new@example.com')).toBe(1);
    const removed = await remove(body('aom.new@example.com'));
    expect([removed.status, bodyOf(removed)]).toEqual([
      200,
      { source: 'academyofmine', courseId: String(course().id), removed: true },
    ]);
    expect(enrolled('aom.new@example.com')).toBe(0);
    expect((await remove(body('aom.new@example.com'))).status).toBe(200);
  });

  test('a removal that did not happen is no success', async () => {
    await enrol(body('aom.stays@example.com'));
    const faults = { rate: 1, kinds: ['empty-200'], paths: ['remove'] } as const;
    bridge.sandbox.academy!.server.faults.set(faults);
    expect((await remove(body('aom.stays@example.com'), 'stay')).status).toBe(503);
    expect(enrolled('aom.stays@example.com')).toBe(1);
    bridge.sandbox.academy!.server.faults.set();
    expect((await remove(body('aom.stays@example.com'), 'stay')).status).toBe(200);
    expect(enrolled('aom.stays@example.com')).toBe(0);
  });

  test('an answer that is lost after the vendor enrolled leads to one enrolment', async () => {
    bridge.sandbox.academy!.server.faults.set([
      { rate: 1, kinds: ['reset-before'], paths: ['enroll'], afterEffect: true, count: 1 },
    ]);
    const first = await enrol(body('aom.lost@example.com'), 'lost');
    const again = first.status === 201 ? first : await enrol(body('aom.lost@example.com'), 'lost');
    expect(again.status).toBe(201);
    expect(enrolled('aom.lost@example.com')).toBe(1);
  });

  test('an enrolment whose reading back is unreadable is 502, and the same key finds it', async () => {
    const faults = { rate: 1, kinds: ['login-page'], paths: ['enrolled-learners'] } as const;
    bridge.sandbox.academy!.server.faults.set(faults);
    expect((await enrol(body('aom.page@example.com'), 'page')).status).toBe(502);
    expect((await enrol(body('aom.other@example.com'), 'page')).status).toBe(422);
    bridge.sandbox.academy!.server.faults.set();
    expect((await enrol(body('aom.page@example.com'), 'page')).status).toBe(201);
    expect(enrolled('aom.page@example.com')).toBe(1);
  });

  test.each([
    [{ courseId: undefined }, 'courseId'],
    [{ courseId: 'lp-3' }, 'courseId'],
    [{ entityId: 'main' }, 'entityId'],
    [{ communityId: '5' }, 'communityId'],
    [{ learner: { email: 'x@example.com', id: 'x' } }, 'learner.id'],
  ])('what it cannot use is named before any call (%#)', async (more, field) => {
    const before = asks('academy');
    const answer = await enrol(body('x@example.com', more));
    expect([answer.status, bodyOf<{ errors: Body[] }>(answer).errors[0]?.field]).toEqual([422, field]);
    expect(detailOf(answer)).toContain(field);
    expect(asks('academy')).toBe(before);
  });

  test('a name that is needed for a new user is asked for', async () => {
    const answer = await enrol(body('nameless@example.com', { learner: { email: 'nameless@example.com' } }));
    expect([answer.status, detailOf(answer)]).toEqual([
      422,
      expect.stringMatching(/^learner\.firstName is needed/),
    ]);
  });
});

describe('T-book', () => {
  const tBook = () => bridge.sandbox.tBook!.state;
  const body = (email: string, more: Body = {}): Body => ({
    source: 'tbook',
    entityId: String([...tBook().entities.keys()][0]),
    filter: ['safety'],
    location: ['paris'],
    learner: { email, firstName: 'Ann', lastName: 'Lee', civility: 'mme', externalId: '4711' },
    ...more,
  });

  test('makes the learner, assigns the session, adds another, and takes one away', async () => {
    const added = await enrol(body('tb.new@example.com'));
    expect([added.status, bodyOf(added)]).toEqual([201, { source: 'tbook', enrolled: true }]);
    expect(tBook().find('email', 'tb.new@example.com')).toMatchObject({
      externalID: '4711',
      civility: 'mme',
      sessions: ['safety|paris'],
    });
    await enrol(body('tb.new@example.com', { location: ['lyon'] }));
    const learner = () => tBook().find('email', 'tb.new@example.com');
    expect(learner()?.sessions).toEqual(expect.arrayContaining(['safety|paris', 'safety|lyon']));
    const removed = await remove(body('tb.new@example.com', { location: ['paris'] }));
    expect([removed.status, bodyOf(removed)]).toEqual([200, { source: 'tbook', removed: true }]);
    expect(learner()?.sessions).not.toContain('safety|paris');
    expect(learner()?.sessions).toContain('safety|lyon');
    expect((await remove(body('tb.new@example.com', { location: ['paris'] }))).status).toBe(200);
  });

  test('without assignation the learner is in no session', async () => {
    expect((await enrol(body('tb.later@example.com', { assignation: false }))).status).toBe(201);
    expect(tBook().find('email', 'tb.later@example.com')?.sessions).toEqual([]);
  });

  test('an answer that is lost after the vendor made the learner leads to one learner', async () => {
    bridge.sandbox.tBook!.server.faults.set([
      { rate: 1, kinds: ['reset-before'], paths: ['/insertLearner'], afterEffect: true },
      { rate: 1, kinds: ['500'], paths: ['/getOneLearner'], skip: 1 },
    ]);
    const first = await enrol(body('tb.lost@example.com'), 'tb-lost');
    expect(first.status).toBe(503);
    bridge.sandbox.tBook!.server.faults.set();
    const again = await enrol(body('tb.lost@example.com'), 'tb-lost');
    expect(again.status).toBe(201);
    const there = [...tBook().learners.values()].filter(({ login }) => login === 'tb.lost@example.com');
    expect(there).toMatchObject([{ sessions: ['safety|paris'] }]);
  }, 60_000);

  test.each([
    [{ courseId: '5' }, 'courseId'],
    [{ filter: undefined }, 'filter'],
    [{ location: undefined }, 'location'],
    [{ communityId: '5' }, 'communityId'],
  ])('what it cannot use is named before any call (%#)', async (more, field) => {
    const before = asks('tBook');
    const answer = await enrol(body('x@example.com', more));
    expect([answer.status, bodyOf<{ errors: Body[] }>(answer).errors[0]?.field]).toEqual([422, field]);
    expect(asks('tBook')).toBe(before);
  });

  test('a wrong civility is 400, and what a new learner lacks 422', async () => {
    const wrong = await enrol(body('x@example.com', { learner: { email: 'x@example.com', civility: 'mr' } }));
    expect([wrong.status, detailOf(wrong)]).toEqual([400, 'learner.civility: must be m or mme']);
    const lacks = await enrol(body('unknown@example.com', { entityId: undefined }));
    expect([lacks.status, bodyOf<{ errors: Body[] }>(lacks).errors[0]?.field]).toEqual([422, 'entityId']);
  });
});

test('Open edX takes neither enrolments nor removals: 501', async () => {
  const body = { source: 'openedx', courseId: 'a', learner: { email: 'x@example.com' } };
  expect([(await enrol(body)).status, (await remove(body)).status]).toEqual([501, 501]);
});
