import { request as httpRequest } from 'node:http';
import { faultKinds, Faults, type FaultKind, type FaultPlan } from '../../sandbox/faults';
import { startOpenEdx, type OpenEdx } from '../../sandbox/open-edx';
import { call, postForm, postJson } from './calls';

const now = Date.UTC(2026, 0, 1);
let edx: OpenEdx;
let truth: Buffer;

beforeAll(async () => {
  edx = await startOpenEdx({ clock: () => now, courses: 30, grades: 10 });
  truth = (await raw()).body;
});
afterEach(() => edx.server.faults.set());
afterAll(() => edx.stop());

interface Raw {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
  /** Undefined when the answer came whole. */
  readonly error: string | undefined;
}

/** What really comes over the wire; gives up after `patience` ms. */
function raw(patience = 2_000): Promise<Raw> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let headers: NodeJS.Dict<string | string[]> = {};
    let error: string | undefined;
    const sent = httpRequest(`${edx.url}/api/courses/v1/courses/`, { agent: false });
    const timer = setTimeout(() => {
      error = 'timeout';
      sent.destroy();
    }, patience);
    const end = (): void => {
      clearTimeout(timer);
      resolve({ status, headers, body: Buffer.concat(chunks), error });
    };
    sent.on('response', (response) => {
      ({ statusCode: status = 0, headers } = response);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', (problem: NodeJS.ErrnoException) => (error ??= problem.code));
      response.on('close', end);
    });
    sent.on('error', (problem: NodeJS.ErrnoException) => {
      error ??= problem.code;
      end();
    });
    sent.end();
  });
}

const play = (kind: FaultKind, more: Partial<FaultPlan> = {}, patience?: number): Promise<Raw> => {
  edx.server.faults.set({ rate: 1, kinds: [kind], ...more });
  return raw(patience);
};

test.each([
  ['429-seconds', 429, '7'],
  ['429-date', 429, 'Thu, 01 Jan 2026 00:00:07 GMT'],
  ['429', 429, undefined],
  ['500', 500, undefined],
  ['502-html', 502, undefined],
  ['503-seconds', 503, '7'],
  ['503', 503, undefined],
] as const)('%s is %i with Retry-After %s', async (kind, status, retryAfter) => {
  const answer = await play(kind, { retryAfterSeconds: 7 });
  expect([answer.status, answer.headers['retry-after']]).toEqual([status, retryAfter]);
});

test('a reset before the answer, and one within the body', async () => {
  expect(await play('reset-before')).toMatchObject({ status: 0, error: 'ECONNRESET' });
  const within = await play('reset-in-body');
  expect(within).toMatchObject({ status: 200, error: 'ECONNRESET' });
  expect(within.body.length).toBeGreaterThan(0);
});

test('JSON cut short with a length that fits, with one that does not, and at an exact byte', async () => {
  const cut = await play('truncated-json');
  expect(cut.error).toBeUndefined();
  expect(cut.body).toEqual(truth.subarray(0, Math.floor(truth.length / 2)));
  const closed = await play('closed-early');
  expect(closed.headers['content-length']).toBe(String(truth.length));
  expect(closed).toMatchObject({ status: 200, error: 'ECONNRESET' });
  edx.server.faults.set({ rate: 1, truncateAt: 33 });
  expect((await raw()).body).toEqual(truth.subarray(0, 33));
});

test('a hanging socket before the headers, and within the body', async () => {
  expect(await play('hang-before', {}, 200)).toMatchObject({ status: 0, error: 'timeout' });
  const within = await play('hang-in-body', {}, 200);
  expect(within).toMatchObject({ status: 200, error: 'timeout' });
  expect(within.body.length).toBeLessThan(truth.length);
});

test('a slow body drips byte by byte', async () => {
  const slow = play('slow-body', { dripMs: 30 });
  await new Promise((resolve) => setTimeout(resolve, 150));
  // Thousands of bytes at 30 ms each: the answer is still on its way.
  expect(await Promise.race([slow, Promise.resolve('dripping')])).toBe('dripping');
  await edx.stop();
  const ended = await slow;
  expect(ended.body.length).toBeGreaterThan(0);
  expect(ended.body.length).toBeLessThan(30);
  edx = await startOpenEdx({ clock: () => now, courses: 30, grades: 10 });
  truth = (await raw()).body;
});

test('a login page, an empty 200, a redirect, a broken gzip, a length that lies', async () => {
  const login = await play('login-page');
  expect([login.status, login.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  const empty = await play('empty-200');
  expect([empty.status, empty.body.length]).toEqual([200, 0]);
  const redirect = await play('redirect', { redirectTo: 'http://other.example.com' });
  expect([redirect.status, redirect.headers.location]).toEqual([302, 'http://other.example.com/']);
  expect((await play('gzip-cut')).headers['content-encoding']).toBe('gzip');
  await expect(call(`${edx.url}/api/courses/v1/courses/`)).rejects.toThrow();
  const lied = await play('wrong-length');
  expect(lied.error).toMatch(/^HPE_/);
});

test('every kind is known to the log, and the control API is never spoiled', async () => {
  for (const kind of faultKinds) {
    edx.server.requests.clear();
    await play(kind, { truncateAt: 5, dripMs: 0 }, 300);
    expect(edx.server.requests.entries.at(-1)?.fault).toBe(kind);
    expect((await call(`${edx.url}/_sandbox`)).status).toBe(200);
  }
});

test('token endpoints go wrong too, unless the plan names other paths', async () => {
  const token = () => postForm(`${edx.url}/oauth2/access_token`, { grant_type: 'client_credentials' });
  edx.server.faults.set({ rate: 1, kinds: ['503'] });
  expect((await token()).status).toBe(503);
  edx.server.faults.set({ rate: 1, kinds: ['503'], paths: ['/api/courses'] });
  expect((await token()).status).toBe(401);
  expect((await raw()).status).toBe(503);
});

test('count and skip say exactly which requests go wrong', async () => {
  edx.server.faults.set({ rate: 1, kinds: ['500'], skip: 1, count: 2 });
  const statuses: number[] = [];
  for (let n = 0; n < 5; n += 1) statuses.push((await raw()).status);
  expect(statuses).toEqual([200, 500, 500, 200, 200]);
});

test('the same seed draws the same faults, at about the rate asked for', () => {
  const draw = (seed: number): (string | undefined)[] => {
    const faults = new Faults();
    faults.set({ rate: 0.3, kinds: ['500', '503', '429'], seed });
    return Array.from({ length: 1000 }, () => faults.draw('GET', '/')?.kind);
  };
  expect(draw(5)).toEqual(draw(5));
  expect(draw(5)).not.toEqual(draw(6));
  const faulty = draw(5).filter(Boolean);
  expect(faulty.length).toBeGreaterThan(250);
  expect(faulty.length).toBeLessThan(350);
  expect(new Set(faulty).size).toBe(3);
});

test('afterEffect serves the request and spoils the answer alone', async () => {
  const token = () =>
    postForm(`${edx.url}/oauth2/access_token`, {
      grant_type: 'client_credentials',
      client_id: 'lms-bridge',
      client_secret: 'sandbox-edx-secret',
    });
  const { issued } = edx.state.tokens;
  edx.server.faults.set({ rate: 1, kinds: ['500'] });
  expect((await token()).status).toBe(500);
  expect(edx.state.tokens.issued).toBe(issued);
  edx.server.faults.set({ rate: 1, kinds: ['500'], afterEffect: true });
  expect((await token()).status).toBe(500);
  expect(edx.state.tokens.issued).toBe(issued + 1);
});

test('plans are set over HTTP, and a plan that cannot be is refused with the reason', async () => {
  await postJson(`${edx.url}/_sandbox/faults`, { rate: 1, kinds: ['503'], count: 1 });
  expect((await raw()).status).toBe(503);
  expect((await raw()).status).toBe(200);
  const refused = await postJson(`${edx.url}/_sandbox/faults`, { rate: 1, kinds: ['boom'] });
  expect([refused.status, refused.body.error]).toEqual([400, 'unknown kind of fault: boom']);
  await call(`${edx.url}/_sandbox/faults`, { method: 'DELETE' });
  expect((await call(`${edx.url}/_sandbox/faults`)).body).toEqual({ plans: [] });
});
