import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { RetryableError, WaitError } from '../../src/lib/errors';
import { failure, get, testClient, testDeps } from './client-builder';
import { inTurn, json, TestServer } from './test-server';

let server: TestServer | undefined;
const serve = async (...answers: Array<(response: ServerResponse) => void>): Promise<TestServer> =>
  (server = await TestServer.start(inTurn(...answers)));
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const rows = json({ rows: [1, 2] });

describe('retries', () => {
  it.each([500, 502, 503, 504])('try again after %d, backing off', async (status) => {
    const { origin, seen } = await serve(json({}, status), json({}, status), rows);
    const deps = testDeps();
    expect((await testClient(origin, deps).json(get())).data.rows).toEqual([1, 2]);
    expect(seen).toHaveLength(3);
    expect(deps.clock.slept).toEqual([500, 1000]);
  });

  it.each([408, 423, 425])('try again after %d, which passes by itself', async (status) => {
    const { origin, seen } = await serve(json({}, status), rows);
    expect((await testClient(origin).json(get())).data.rows).toEqual([1, 2]);
    expect(seen).toHaveLength(2);
  });

  const page = (response: ServerResponse): void => {
    response.setHeader('content-type', 'text/html');
    response.end('<html>Maintenance</html>');
  };
  const text = (body: string | Buffer) => (response: ServerResponse) => response.end(body);

  it.each([
    ['a maintenance page', page],
    ['a warning of PHP before the JSON', text('Warning: Undefined index in a.php {"rows":[1]}')],
    ['an empty body', text('')],
    ['half of the JSON', text('{"rows":[1,')],
    ['the HTML of a warning', text('<br />\n<b>Warning</b>: x {"rows":[1]}')],
  ])('try again after %s from a system that answered well before', async (_, odd) => {
    const { origin, seen } = await serve(rows, odd, odd, rows);
    const client = testClient(origin);
    await client.json(get());
    expect((await client.json(get())).data.rows).toEqual([1, 2]);
    expect(seen).toHaveLength(4);
  });

  it('say the same after a few odd answers, for the work to try again later; a first one is a wrong address', async () => {
    const { origin, seen } = await serve(page, rows, page);
    const client = testClient(origin);
    const first = await failure(client.json(get()));
    expect(first).toMatchObject({ name: 'PayloadError' });
    await client.json(get());
    const later = await failure(client.json(get()));
    expect(later).toMatchObject({ name: 'RetryableError', message: first.message });
    expect(seen).toHaveLength(6);
  });

  it('read gzip that comes without its header', async () => {
    const { origin } = await serve(text(gzipSync('{"rows":[3]}')));
    expect((await testClient(origin).json(get())).data.rows).toEqual([3]);
  });

  it('spare a POST that may not be repeated after 503 with Retry-After, not after 429', async () => {
    const post = get({ method: 'POST', body: { type: 'json', text: '[]' } });
    const wait = { 'retry-after': '1' };
    const { origin, seen } = await serve(json({}, 503, wait), json({}, 429, wait), rows);
    const client = testClient(origin);
    expect(await failure(client.json(post))).toMatchObject({ name: 'RetryableError', status: 503 });
    await client.json(post);
    expect(seen).toHaveLength(3);
  });

  it('wait after 403 with Retry-After, as a gateway answers beyond a quota', async () => {
    const { origin } = await serve(json({}, 403, { 'retry-after': '7' }), rows);
    const deps = testDeps();
    await testClient(origin, deps).json(get());
    expect(deps.clock.slept).toEqual([7_000]);
  });

  it('end with the true status', async () => {
    const { origin, seen } = await serve(json({}, 502));
    const error = await failure(testClient(origin, { retries: 2 }).json(get()));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.status).toBe(502);
    expect(seen).toHaveLength(3);
  });

  it('spare a POST that may have arrived, unless it may be repeated', async () => {
    const post = get({ method: 'POST', body: { type: 'json', text: '[]' } });
    const { origin, seen } = await serve(
      json({}, 500),
      (response) => response.destroy(),
      json({}, 500),
      rows,
    );
    const client = testClient(origin);
    expect(await failure(client.json(post))).toMatchObject({ name: 'RetryableError', status: 500 });
    expect(await failure(client.json(post))).toMatchObject({ name: 'RetryableError' });
    expect(seen).toHaveLength(2);
    await client.json({ ...post, idempotent: true });
    expect(seen).toHaveLength(4);
  });

  it('stop as soon as the signal aborts: in the back-off, at the gate and in the body', async () => {
    const reason = new Error('cancelled');
    const { origin, seen } = await serve(() => undefined);
    const abort = new AbortController();
    const hanging = failure(testClient(origin).json(get({ signal: abort.signal })));
    setTimeout(() => abort.abort(reason), 50);
    expect(await hanging).toBe(reason);
    expect(await failure(testClient(origin).json(get({ signal: abort.signal })))).toBe(reason);
    expect(seen).toHaveLength(1);
  });
});

describe('throttling', () => {
  it.each([
    ['429 with seconds', json({}, 429, { 'retry-after': '7' }), 7000],
    ['503 with a date', json({}, 503, { 'retry-after': 'Sun, 01 Mar 2026 12:00:09 GMT' }), 9000],
  ])('waits at the gate after %s', async (_, answer, ms) => {
    const { origin } = await serve(answer, rows);
    const deps = testDeps();
    await testClient(origin, deps).json(get());
    expect(deps.clock.slept).toEqual([ms]);
  });

  it('holds the other calls of the system as well', async () => {
    const { origin, seen } = await serve(json({}, 429, { 'retry-after': '7' }), rows);
    const deps = testDeps();
    const startedAt = deps.clock.now();
    await testClient(origin, deps).json(get());
    await testClient(origin, deps).json(get());
    expect(deps.clock.now() - startedAt).toBe(7000);
    expect(seen).toHaveLength(3);
  });

  it('sends a POST again, for it was not taken', async () => {
    const { origin, seen } = await serve(json({}, 429, { 'retry-after': '1' }), rows);
    await testClient(origin).json(get({ method: 'POST', body: { type: 'json', text: '[]' } }));
    expect(seen.map(({ body }) => body)).toEqual(['[]', '[]']);
  });

  it('is not slept through when it lasts for more than a minute, at once or in sum', async () => {
    const long = await serve(json({}, 429, { 'retry-after': '3600' }));
    const error = await failure(testClient(long.origin).json(get()));
    expect(error).toBeInstanceOf(WaitError);
    expect(long.seen).toHaveLength(1);
    await long.stop();
    const forEver = await serve(json({}, 429, { 'retry-after': '20' }));
    expect(await failure(testClient(forEver.origin).json(get()))).toBeInstanceOf(WaitError);
    expect(forEver.seen.length).toBeLessThan(6);
  });
});
