import { perform } from '../../src/lib/enrolments/perform';
import { type Bridge, startBridge } from '../setup/bridge';
import { detailOf, send } from './send-enrolments';

let bridge: Bridge;
beforeAll(async () => {
  bridge = await startBridge({ sandbox: { khalibre: { courses: 20, learners: 40 } } });
});
afterAll(() => bridge.stop());

const post = (body: unknown, key?: string) => send(bridge.app, body, { key });
const detail = detailOf;

const khalibre = () => bridge.sandbox.khalibre!.state;
/** A course that can be booked now, in so many communities. */
function course(communities: number) {
  const found = khalibre()
    .listed()
    .find(
      (one) =>
        one.visible && one.communities.length === communities && (one.end === null || one.end > Date.now()),
    );
  if (!found) throw new Error('the sandbox has no such course');
  return found;
}
const bookings = () =>
  bridge.sandbox.khalibre!.server.requests.to('/course/booking').filter(({ method }) => method === 'POST')
    .length;

test('books a learner; the community may be left out when there is just one', async () => {
  const { id, communities } = course(1);
  const email = 'New.Learner@example.com';
  const answer = await post({
    source: 'khalibre',
    courseId: String(id),
    learner: { email, firstName: 'New' },
  });
  expect(answer.status).toBe(201);
  expect(khalibre().find(id, email.toLowerCase(), communities[0]!)).toBeDefined();
});

test('a body that is not UTF-8 is refused, so that no name loses a letter on its way', async () => {
  const before = bookings();
  const learner = '{"email":"rene@example.com","firstName":"Ren\xe9"}';
  const text = `{"source":"khalibre","courseId":"${course(1).id}","learner":${learner}}`;
  const answer = await send(bridge.app, Buffer.from(text, 'latin1'));
  expect([answer.status, detail(answer)]).toEqual([400, expect.stringMatching(/not UTF-8/)]);
  expect(bookings()).toBe(before);
  expect((await send(bridge.app, `\uFEFF${text.replace('\xe9', 'é')}`)).status).toBe(201);
});

test.each([
  ['null', 'body: must be an object'],
  [{ learner: 'ann@example.com' }, 'learner: must be an object'],
  [{ source: undefined }, 'source: is missing'],
  [{ courseId: '1'.repeat(500) }, 'courseId: may have 400 characters at the most'],
  [{ courseId: 1042 }, 'courseId: must be text'],
  [{ learner: { email: 'a@example.com', civility: 'mr' } }, 'learner.civility: must be m or mme'],
  [{ filter: 'a' }, 'filter: must be a list'],
  [{ filter: [] }, 'filter: must have 1 entry or more'],
  [{ location: Array(51).fill('a') }, 'location: may have 50 entries at the most'],
  [{ filter: ['\ud800'] }, 'filter.0: has a character that is cut in half; write it anew'],
  [{ assignation: 'yes' }, 'assignation: must be true or false'],
])('what is wrong with a field is said as people say it (%#)', async (wrong, told) => {
  const right = { source: 'khalibre', courseId: '1', learner: { email: 'a@example.com' } };
  const answer = await post(typeof wrong === 'string' ? wrong : { ...right, ...wrong });
  expect([answer.status, detail(answer)]).toEqual([400, told]);
});

test('rows are told the same way, a word by its column, and however many fields are wrong', async () => {
  const csv = `source,email,filter,location\ntbook,a@example.com,${'x'.repeat(201)},L\n`;
  const wrong = await send(bridge.app, csv, { type: 'text/csv' });
  expect(detail(wrong)).toBe('row 2: filter may have 200 characters at the most');
  const nowhere = await send(bridge.app, 'source,email\nopenedx,a@example.com\n', { type: 'text/csv' });
  expect(detail(nowhere)).toBe('row 2: The source openedx (open-edx) takes no enrolments');
  const fields = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`field${i}`, i]));
  const { errors } = JSON.parse((await post(fields)).body!) as { errors: unknown[] };
  expect(errors).toHaveLength(200);
});

test('a course in several communities wants one named', async () => {
  const answer = await post({
    source: 'khalibre',
    courseId: String(course(2).id),
    learner: { email: 'two@example.com' },
  });
  expect(answer.status).toBe(422);
  expect(detail(answer)).toMatch(/several communities; choose one of/);
});

test('a repeat with the same Idempotency-Key books nothing again, and gets the first answer', async () => {
  const body = {
    source: 'khalibre',
    courseId: String(course(1).id),
    learner: { email: 'repeat@example.com' },
  };
  const first = await post(body, 'key-1');
  const before = bookings();
  const second = await post(body, 'key-1');
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.body).toBe(first.body);
  expect(second.headers['idempotency-replayed']).toBe('true');
  expect(bookings()).toBe(before);
  const other = await post({ ...body, learner: { email: 'another@example.com' } }, 'key-1');
  expect(other.status).toBe(422);
});

test('two at once with one key book once', async () => {
  const body = {
    source: 'khalibre',
    courseId: String(course(1).id),
    learner: { email: 'at.once@example.com' },
  };
  const before = bookings();
  const answers = await Promise.all([post(body, 'key-2'), post(body, 'key-2')]);
  // The other one is told that the first is under way, or gets its answer.
  expect(answers.map(({ status }) => status)).toContain(201);
  for (const { status } of answers) expect([201, 409]).toContain(status);
  expect(bookings()).toBe(before + 1);
});

test('a course that is not there is 404, one that is over 409, with the vendor’s own reason and no address', async () => {
  const missing = await post({
    source: 'khalibre',
    courseId: '999999',
    learner: { email: 'x@example.com' },
    communityId: '55',
  });
  expect(missing.status).toBe(404);
  const { id, communities } = course(1);
  khalibre().putCourse({ id, end: Date.now() - 1_000 });
  const over = await post({
    source: 'khalibre',
    courseId: String(id),
    learner: { email: 'late@example.com' },
    communityId: String(communities[0]),
  });
  expect(over.status).toBe(409);
  expect(detail(over)).toContain('The course is over');
  expect(detail(over)).not.toContain('@');
});

test('a source that takes none is 501; a field that is wrong is named', async () => {
  const learner = { email: 'x@example.com' };
  expect((await post({ source: 'openedx', courseId: 'a', learner })).status).toBe(501);
  const wrong = await post({ source: 'khalibre', courseId: '1', learner: { email: 'nobody' } });
  expect(wrong.status).toBe(400);
  expect(detail(wrong)).toMatch(/^learner\.email: /);
  expect((await post({ source: 'nobody', courseId: '1', learner })).status).toBe(422);
});

const lost = {
  rate: 1,
  kinds: ['reset-before'],
  methods: ['POST'],
  paths: ['/course/booking'],
  afterEffect: true,
} as const;

describe('an answer that is lost after the vendor booked', () => {
  const booked = (email: string) => khalibre().progress.filter((row) => row.email === email).length;
  afterEach(() => bridge.sandbox.khalibre!.server.faults.set());

  test('is looked for at once', async () => {
    bridge.sandbox.khalibre!.server.faults.set(lost);
    const body = {
      source: 'khalibre',
      courseId: String(course(1).id),
      learner: { email: 'lost.once@example.com' },
    };
    expect((await post(body, 'key-3')).status).toBe(201);
    expect(booked('lost.once@example.com')).toBe(1);
  });

  test('is 503 when the vendor cannot be asked; the repeat with the same key finds the one booking', async () => {
    const { faults } = bridge.sandbox.khalibre!.server;
    // The look before the booking is let through; the looks after it are not.
    faults.set([lost, { rate: 1, kinds: ['500'], paths: ['/progress/learner'], skip: 1 }]);
    const learner = { email: 'lost.twice@example.com' };
    const body = { source: 'khalibre', courseId: String(course(1).id), learner };
    const first = await post(body, 'key-4');
    expect([first.status, first.headers['retry-after']]).toEqual([503, '30']);
    expect(booked(learner.email)).toBe(1);
    // Whoever had an idea of something else by the same key made a mistake.
    const other = await post({ ...body, learner: { email: 'else@example.com' } }, 'key-4');
    expect(other.status).toBe(422);
    faults.set();
    const again = await post(body, 'key-4');
    expect(again.status).toBe(201);
    expect(booked(learner.email)).toBe(1);
    expect((await post(body, 'key-4')).headers['idempotency-replayed']).toBe('true');
  }, 60_000);
});

test('three calls at once without a key for one learner book once', async () => {
  const body = {
    source: 'khalibre',
    courseId: String(course(1).id),
    learner: { email: 'no.key@example.com' },
  };
  const before = bookings();
  const answers = await Promise.all([post(body), post(body), post(body)]);
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  expect(bookings()).toBe(before + 1);
});

test('a field that means nothing to the vendor is refused before any call', async () => {
  const before = bridge.sandbox.khalibre!.server.requests.total;
  const answer = await post({
    source: 'khalibre',
    courseId: '1',
    filter: ['a'],
    learner: { email: 'x@example.com' },
  });
  expect([answer.status, detail(answer)]).toEqual([
    422,
    'filter means nothing to source khalibre; leave it out',
  ]);
  expect(bridge.sandbox.khalibre!.server.requests.total).toBe(before);
});

test('Khalibre removes nobody: 501', async () => {
  const body = { source: 'khalibre', courseId: '1', learner: { email: 'x@example.com' } };
  expect((await send(bridge.app, body, { action: 'remove' })).status).toBe(501);
});

test('work that takes too long is broken off, nobody knows what came of it, and it can be done again', async () => {
  const { faults } = bridge.sandbox.khalibre!.server;
  const asked = {
    source: 'khalibre',
    courseId: String(course(1).id),
    learner: { email: 'too.long@example.com' },
  };
  faults.set({
    rate: 1,
    kinds: ['hang-before'],
    methods: ['POST'],
    paths: ['/course/booking'],
    afterEffect: true,
  });
  const { signal } = new AbortController();
  const broken = perform(bridge.another().engine, 'enrol', asked, signal, 1_000);
  await expect(broken).rejects.toMatchObject({
    name: 'RetryableError',
    message: expect.stringMatching(/nobody can tell whether it happened/) as string,
  });
  faults.set();
  expect((await post(asked)).status).toBe(201);
  expect(khalibre().progress.filter(({ email }) => email === asked.learner.email)).toHaveLength(1);
});

test('a pause that the vendor asks for is told in Retry-After', async () => {
  bridge.sandbox.khalibre!.server.faults.set({
    rate: 1,
    kinds: ['429-seconds'],
    retryAfterSeconds: 600,
    count: 1,
  });
  const answer = await post({
    source: 'khalibre',
    courseId: String(course(1).id),
    learner: { email: 'late@example.com' },
  });
  expect(answer.status).toBe(503);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(500);
  // Nothing goes on by itself here.
  expect(detail(answer)).toMatch(
    /^The source khalibre is to be left alone until \S+Z; send the same again then$/,
  );
});

test('an empty Idempotency-Key is no key: it would be everybody’s', async () => {
  const body = { source: 'khalibre', courseId: String(course(1).id), learner: { email: 'x@example.com' } };
  for (const asked of [body, [body]]) {
    const answer = await post(asked, ' ');
    expect([answer.status, detail(answer)]).toEqual([
      400,
      expect.stringMatching(/^Idempotency-Key: is empty/),
    ]);
  }
});

test('CSV that does not say so is told how', async () => {
  const answer = await send(bridge.app, 'source,email\nkhalibre,x@example.com\n');
  expect([answer.status, detail(answer)]).toEqual([400, expect.stringMatching(/content-type: text\/csv/)]);
});
