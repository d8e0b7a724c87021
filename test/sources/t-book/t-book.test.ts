import type { ServerResponse } from 'node:http';
import { startTBook, type TBook } from '../../../sandbox/t-book';
import { multipartFields } from '../../../sandbox/t-book/multipart';
import type { TBookSettings } from '../../../src/lib/sources/t-book/settings';
import { createSource } from '../../../src/lib/sources/registry';
import { failure, testDeps } from '../../http/client-builder';
import { json, type Seen, TestServer } from '../../http/test-server';
import { tBookSettings } from './settings';

const call = { signal: new AbortController().signal };
const learnerRow = {
  learnerID: '7',
  login: 'Ann@example.com',
  entity: { entityID: '24', entityName: 'North' },
};
const problem = (status: number, code: string, message: string) => json({ error: { code, message } }, status);
const token = json({ access_token: 'abc', token_type: 'bearer', expires_in: 3600 });

let server: TestServer | undefined;
let pocket: TBook | undefined;
afterEach(async () => {
  await server?.stop();
  await pocket?.stop();
  server = pocket = undefined;
});

/** Answers the token call, and all others with these in turn. */
async function serve(...answers: ((response: ServerResponse) => void)[]): Promise<TestServer> {
  let turn = 0;
  server = await TestServer.start(({ path }, response) =>
    path === '/api/token' ? token(response) : answers[Math.min(turn++, answers.length - 1)]?.(response),
  );
  return server;
}
const open = (origin: string, more: Partial<TBookSettings> = {}, deps = testDeps()) =>
  createSource(tBookSettings(origin, more), deps);
const fields = ({ headers, body }: Seen) =>
  multipartFields({ headers, body: Buffer.from(body) } as unknown as Parameters<typeof multipartFields>[0]);
const calls = ({ seen }: TestServer): Seen[] => seen.filter(({ path }) => path !== '/api/token');

describe('a token', () => {
  test('is asked for by a multipart form, with the word of T-book’s own spelling, once', async () => {
    const { origin, seen } = await serve(json([]));
    const source = open(origin);
    await source.entities!.page(undefined, call);
    await source.learners!.page(undefined, call);
    expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /api/token',
      'GET /api/getEntities',
      'GET /api/getAllLearners',
    ]);
    expect(fields(seen[0]!)).toEqual([
      ['grant_type', 'client_credential'],
      ['client_id', 'lms-bridge'],
      ['client_secret', 'sandbox+tbook/client=='],
    ]);
    for (const { headers } of seen.slice(1)) expect(headers.authorization).toBe('Bearer abc');
    expect(seen[0]!.headers.authorization).toBeUndefined();
  });

  test('is asked for with another word where a setting says so', async () => {
    const { origin, seen } = await serve(json([]));
    await open(origin, { grantType: 'client_credentials' }).entities!.page(undefined, call);
    expect(fields(seen[0]!)?.[0]).toEqual(['grant_type', 'client_credentials']);
  });

  test('is renewed once when it is refused, and then the settings are named', async () => {
    const unauthorized = problem(401, 'unauthorized', 'No valid API key provided.');
    const good = await serve(unauthorized, json([]));
    expect((await open(good.origin).entities!.page(undefined, call)).rows).toEqual([]);
    expect(good.seen.filter(({ path }) => path === '/api/token')).toHaveLength(2);
    await good.stop();
    const bad = await serve(unauthorized);
    const error = await failure(open(bad.origin).entities!.page(undefined, call));
    expect(error).toMatchObject({ name: 'AuthError', status: 401 });
    expect(error.message).toContain('LMS__tbook__clientId and LMS__tbook__clientSecret');
    expect(calls(bad)).toHaveLength(2);
  });
});

describe('T-book’s table of errors', () => {
  const read = (origin: string, deps = testDeps()) =>
    failure(open(origin, {}, deps).entities!.page(undefined, call));

  test.each([
    [
      400,
      'bad_request',
      'RefusedError',
      /found something missing or wrong in the call \(400, bad_request\): /,
    ],
    [402, 'request_failed', 'RefusedError', /could not do it, although .* \(402, request_failed\): /],
    [403, 'forbidden', 'AuthError', /does not give this to these credentials .* check LMS__tbook__clientId/],
    [
      404,
      'not_found',
      'RefusedError',
      /does not know what was asked for; check its id, and LMS__tbook__baseUrl/,
    ],
    [
      405,
      'method_not_allowed',
      'RefusedError',
      /does not know the call in this way; check LMS__tbook__baseUrl/,
    ],
    [409, 'conflict', 'RefusedError', /conflicts with what is there or with another call/],
  ])('%d is asked once, and told', async (status, code, name, message) => {
    const answering = await serve(problem(status, code, 'No, because of somebody@example.com.'));
    const error = await read(answering.origin);
    expect(error).toMatchObject({ name, status });
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('@');
    expect(calls(answering)).toHaveLength(1);
  });

  test('429 is backed off from, whether or not it says for how long', async () => {
    const limited = problem(429, 'too_many_requests', 'Too many requests');
    const deps = testDeps();
    const answering = await serve(limited, limited, json([]));
    expect((await open(answering.origin, {}, deps).entities!.page(undefined, call)).rows).toEqual([]);
    expect(calls(answering)).toHaveLength(3);
    const [first = 0, second = 0] = deps.clock.slept.filter((ms) => ms > 0);
    expect(first).toBeGreaterThan(0);
    expect(second).toBeGreaterThan(first);
  });

  test.each([500, 502, 503, 504])('%d is tried again, longer each time', async (status) => {
    const down = problem(status, 'server_errors', 'Something went wrong');
    const deps = testDeps();
    const answering = await serve(down, down, json([]));
    expect((await open(answering.origin, {}, deps).entities!.page(undefined, call)).rows).toEqual([]);
    expect(deps.clock.slept).toEqual([500, 1000]);
    await answering.stop();
    const { origin } = await serve(down);
    expect(await read(origin)).toMatchObject({ name: 'RetryableError', status });
  });

  test('an error in a 200 is one all the same', async () => {
    const answering = await serve(problem(200, 'request_failed', 'The entity does not exist.'));
    const error = await read(answering.origin);
    expect(error).toMatchObject({ name: 'RefusedError', status: 402, code: 'request_failed' });
    expect(calls(answering)).toHaveLength(1);
  });
});

describe('learners and entities', () => {
  test('a learner has the login for an address; what is empty is left out', async () => {
    const row = { ...learnerRow, lastname: '', filter: ['Session 1'], location: ['Paris'], testUser: 0 };
    const { origin, seen } = await serve(json(row));
    const found = await open(origin).learners!.read('7/8', call);
    expect(found).toEqual({
      id: '7',
      email: 'ann@example.com',
      entityId: '24',
      entityName: 'North',
      filter: ['Session 1'],
      location: ['Paris'],
    });
    expect(seen.at(-1)?.path).toBe('/api/getOneLearner/7%2F8');
  });

  test('a learner is found by address, which stands in the form and not in the URL', async () => {
    const answering = await serve(json(learnerRow), problem(404, 'not_found', 'No such learner'));
    const { learners } = open(answering.origin);
    expect(await learners!.find!(' Ann@example.com', call)).toMatchObject({ id: '7' });
    const [asked] = calls(answering);
    expect([asked?.method, asked?.path, asked?.query.size]).toEqual(['POST', '/api/getOneLearner', 0]);
    expect(fields(asked!)).toEqual([
      ['identifierType', 'email'],
      ['identifier', 'Ann@example.com'],
    ]);
    expect(await learners!.find!('nobody@example.com', call)).toBeUndefined();
  });

  test('a list that comes whole is cut into pages that lose nobody who stays, though others come and go', async () => {
    pocket = await startTBook({ learners: 9 });
    const { learners } = open(pocket.url, { pageSize: 4 });
    const first = await learners!.page(undefined, call);
    expect(first.rows.map(({ id }) => id)).toEqual(['1', '2', '3', '4']);
    pocket.state.learners.delete(2);
    pocket.state.put({ ...pocket.state.learners.get(9)!, id: 12, login: 'new@example.com' });
    const second = await learners!.page(first.next, call);
    const third = await learners!.page(second.next, call);
    expect([...second.rows, ...third.rows].map(({ id }) => id)).toEqual(['5', '6', '7', '8', '9', '12']);
    expect(third.next).toBeUndefined();
    expect((await learners!.page(undefined, { ...call, pageSize: 2 })).rows).toHaveLength(2);
  });

  test('a row that cannot be read costs itself, and is counted', async () => {
    const { origin } = await serve(json([learnerRow, { login: 'secret@example.com' }, null]));
    const { rows, notes } = await open(origin).learners!.page(undefined, call);
    expect(rows).toHaveLength(1);
    expect(notes).toEqual([{ text: 'a row cannot be read', rows: 2 }]);
  });

  test.each([{}, { learners: [] }, null])('an answer that is no list is an error: %j', async (body) => {
    const { origin } = await serve(json(body));
    expect(await failure(open(origin).learners!.page(undefined, call))).toMatchObject({
      name: 'PayloadError',
    });
  });

  test('one entity, and the organisation, are read by name', async () => {
    pocket = await startTBook();
    const { entities } = open(pocket.url);
    expect(await entities!.read!('24', call)).toEqual({
      id: '24',
      name: 'Entity n°1',
      description: 'All of Entity n°1',
      language: 'FR',
    });
    expect(await entities!.read!('99', call)).toBeUndefined();
    expect(await entities!.organisation!(call)).toEqual({ name: 'Client Name', description: 'A client' });
  });
});

test('it publishes neither a catalog nor results', () => {
  const source = open('https://t-book.example.com');
  expect([source.catalog, source.consumption]).toEqual([undefined, undefined]);
});

test('a 200 that carries a bare error is a refusal', async () => {
  const answering = await serve(json({ error: 'not_found' }));
  const { entities } = open(answering.origin);
  const no = { name: 'RefusedError', status: 404, code: 'not_found' };
  expect(await failure(entities!.page(undefined, call))).toMatchObject(no);
});
