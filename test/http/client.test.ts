import type { ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { AuthError, PayloadError, RefusedError, RetryableError } from '../../src/lib/errors';
import type { CallFact } from '../../src/lib/http/client';
import type { Throttled } from '../../src/lib/http/gate';
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
const raw =
  (body: string | Buffer, headers: Record<string, string> = {}, status = 200) =>
  (response: ServerResponse): void => {
    response.writeHead(status, headers).end(body);
  };

describe('an answer', () => {
  it('is parsed by the schema and carries status and the server clock', async () => {
    const { origin, seen } = await serve(
      json({ rows: [1], more: 'x' }, 200, { date: 'Sun, 01 Mar 2026 12:00:00 GMT' }),
    );
    const answer = await testClient(`${origin}/lms`).json(get({ query: { q: 'a+b:c', none: undefined } }));
    expect(answer).toEqual({ data: { rows: [1] }, status: 200, date: '2026-03-01T12:00:00Z' });
    expect(seen[0]?.path).toBe('/lms/rows');
    expect([...(seen[0]?.query ?? [])]).toEqual([['q', 'a+b:c']]);
    expect(seen[0]?.headers['user-agent']).toBe('lms-bridge/0.0.0');
  });

  it.each(['/courses/..', '/courses/./x', '/a/%2E%2e/b', '..?x=1'])(
    'is not asked for where a part of the path leads elsewhere: %s',
    async (url) => {
      const { origin, seen } = await serve(json({ rows: [] }));
      const error = await failure(testClient(`${origin}/lms`).json(get({ url })));
      expect(error).toMatchObject({ name: 'RefusedError', status: 404 });
      expect(seen).toHaveLength(0);
    },
  );

  it('may be compressed', async () => {
    const { origin, seen } = await serve(raw(gzipSync('{"rows":[3]}'), { 'content-encoding': 'gzip' }));
    expect((await testClient(origin).json(get())).data.rows).toEqual([3]);
    expect(seen[0]?.headers['accept-encoding']).toBe('gzip');
  });

  it('that holds another’s wish for a pause makes the next call wait', async () => {
    const { origin } = await serve(rows, rows);
    const deps = testDeps();
    const client = testClient(origin, deps);
    const pauseIn = (): Throttled => ({ type: 'throttled', retryAfterMs: 20_000 });
    const began = deps.clock.now();
    expect((await client.json(get({ pauseIn }))).data).toEqual({ rows: [1, 2] });
    expect(deps.clock.now() - began).toBe(0);
    await client.json(get());
    expect(deps.clock.now() - began).toBe(20_000);
  });

  it('of 204 is undefined to the schema', async () => {
    const { origin } = await serve(raw('', {}, 204));
    const client = testClient(origin);
    await expect(client.json(get({ schema: z.undefined() as never }))).resolves.toMatchObject({
      status: 204,
    });
    expect(await failure(client.json(get()))).toBeInstanceOf(PayloadError);
  });

  const html = '<!DOCTYPE html><html><body>All is well</body></html>';
  it.each([
    ['an empty body', raw(''), /empty body/],
    ['HTML', raw(html, { 'content-type': 'text/html' }), /HTML instead of JSON; check LMS__openedx__baseUrl/],
    ['HTML that calls itself JSON', raw(html, { 'content-type': 'application/json' }), /HTML/],
    ['a login page', raw(`${html}<input type="password">`), /login page/],
    ['cut JSON', raw('{"rows":[1,'), /not JSON, or cut short/],
    ['text', raw('secret-text'), /not JSON/],
    [
      'another shape',
      json({ rows: [1, 'secret-value'] }),
      /unknown shape at \$\.rows\[1\] \(expected number\)/,
    ],
    [
      'in an encoding that was not asked for',
      raw(brotliCompressSync('{"rows":[1]}'), { 'content-encoding': 'br' }),
      /in the encoding br, which was not asked for/,
    ],
    ['null', json(null), /unknown shape at \$ /],
    ['an error in a 200', json({ error: 'secret' }), /\$\.rows \(expected array\)/],
  ])('that is %s is an error', async (_, answer, message) => {
    const { origin, seen } = await serve(answer);
    const error = await failure(testClient(origin).json(get()));
    expect(error).toBeInstanceOf(PayloadError);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('secret');
    expect(seen).toHaveLength(1);
  });

  it('is not read beyond the cap, said or unsaid, packed or not', async () => {
    const big = JSON.stringify({ rows: Array.from({ length: 5000 }, () => 7) });
    for (const answer of [
      raw(big),
      (response: ServerResponse) => {
        response.write(big);
        response.end();
      },
      raw(gzipSync(big), { 'content-encoding': 'gzip' }),
    ]) {
      const { origin } = await serve(answer);
      const error = await failure(testClient(origin, { maxBytes: 1000 }).json(get()));
      expect(error).toBeInstanceOf(PayloadError);
      expect(error.message).toContain('smaller pages');
      await server?.stop();
    }
  });
});

describe('a cut answer', () => {
  it('is asked for again when the compressed body ends early, and is an error when it stays so', async () => {
    const cut = raw(gzipSync('{"rows":[1,2,3]}').subarray(0, 25), { 'content-encoding': 'gzip' });
    const { origin } = await serve(cut, rows);
    expect((await testClient(origin).json(get())).data.rows).toEqual([1, 2]);
    await server?.stop();
    const always = await serve(cut);
    expect(await failure(testClient(always.origin).json(get()))).toBeInstanceOf(PayloadError);
    expect(always.seen).toHaveLength(5);
  });

  it('is a fault that may pass when the connection closes before Content-Length or mid-chunk', async () => {
    const early = (response: ServerResponse): void => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"rows":[');
      setImmediate(() => response.destroy());
    };
    const midChunk = (response: ServerResponse): void => {
      response.write('{"rows":[');
      setImmediate(() => response.destroy());
    };
    for (const fault of [early, midChunk]) {
      const { origin } = await serve(fault);
      expect(await failure(testClient(origin, { retries: 1 }).json(get()))).toBeInstanceOf(RetryableError);
      await server?.stop();
    }
    const { origin } = await serve(early, midChunk, rows);
    expect((await testClient(origin).json(get())).data.rows).toEqual([1, 2]);
  });
});

describe('the deadline', () => {
  const drip = (response: ServerResponse): void => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  };
  it.each([
    ['hangs before the headers', () => undefined],
    ['hangs in the body', (response: ServerResponse) => void response.write('{"rows":')],
    ['drips', drip],
  ])('ends a call to a server that %s', async (_, answer) => {
    const { origin } = await serve(answer);
    const startedAt = Date.now();
    const error = await failure(testClient(origin, { deadlineMs: 150, retries: 0 }).json(get()));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toMatch(/within 0.15 s/);
    expect(Date.now() - startedAt).toBeLessThan(2000);
  });

  it('belongs to a call when the call says so, and covers connecting', async () => {
    // 192.0.2.0/24 is reserved for documentation: nothing answers there.
    const client = testClient('https://192.0.2.1', { retries: 0 });
    const startedAt = Date.now();
    expect(await failure(client.json(get({ deadlineMs: 100 })))).toBeInstanceOf(RetryableError);
    expect(Date.now() - startedAt).toBeLessThan(2000);
  });
});

describe('a refusal', () => {
  it.each([
    [{ developer_message: 'secret', error_code: 'course_does_not_exist' }, 'course_does_not_exist'],
    [{ error: 'invalid_request' }, 'invalid_request'],
    [{ error: { code: 'TooBig', message: 'secret' } }, 'TooBig'],
    [{ error: 'ann@example.com is secret' }, undefined],
    ['secret', undefined],
  ])('keeps the status and the short code of %j, never the text', async (body, code) => {
    const { origin, seen } = await serve(json(body, 404));
    const error = await failure(testClient(origin).json(get()));
    expect(error).toMatchObject({ name: 'RefusedError', status: 404, code });
    expect(error.message).not.toMatch(/secret|ann@/);
    expect(seen).toHaveLength(1);
  });

  it('is what a redirect is, wherever it leads', async () => {
    const to = (location: string) => raw('', { location }, 302);
    const { origin, seen } = await serve(
      to('https://evil.example.com/x?token=secret'),
      to('/login?next=/'),
      to('/x'),
    );
    const client = testClient(origin);
    const other = await failure(client.json(get()));
    expect(other).toBeInstanceOf(RefusedError);
    expect(other.message).toContain('https://evil.example.com');
    expect(other.message).not.toContain('secret');
    expect((await failure(client.json(get()))).message).toContain('check LMS__openedx__clientId');
    expect(await failure(client.json(get()))).toMatchObject({ status: 302, code: 'redirect' });
    expect(seen).toHaveLength(3);
  });
});

describe('credentials', () => {
  const authorizer = (tokens: string[]) => ({
    renewed: 0,
    async headers() {
      return { authorization: `Bearer ${tokens[this.renewed]}` };
    },
    renew() {
      this.renewed++;
    },
  });

  it('are renewed once after a 401', async () => {
    const { origin, seen } = await serve(json({}, 401), rows);
    await testClient(origin, { authorizer: authorizer(['old', 'new']) }).json(get());
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
  });

  it('that stay wrong are an error that names their settings', async () => {
    const { origin, seen } = await serve(json({}, 401));
    const error = await failure(
      testClient(origin, { authorizer: authorizer(['secret-1', 'secret-2']) }).json(get()),
    );
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({ status: 401 });
    expect(error.message).toContain('check LMS__openedx__clientId and LMS__openedx__clientSecret');
    expect(error.message).not.toContain('secret-');
    expect(seen).toHaveLength(2);
  });

  it('are not renewed again by a call that failed together with another', async () => {
    const shared = authorizer(['old', 'new', 'never']);
    server = await TestServer.start(({ headers }, response) =>
      (headers.authorization === 'Bearer new' ? rows : json({}, 401))(response),
    );
    const client = testClient(server.origin, { authorizer: shared });
    await Promise.all([client.json(get()), client.json(get()), client.json(get())]);
    expect(shared.renewed).toBe(1);
  });

  it('are not even fetched for a link to another origin', async () => {
    const { origin, seen } = await serve(rows);
    let asked = 0;
    const client = testClient(origin, {
      authorizer: { headers: async () => ({ authorization: `${++asked}` }), renew: () => undefined },
    });
    for (const url of [
      'https://evil.example.com/rows',
      origin.replace('http:', 'https:'),
      'file:///etc/hosts',
    ]) {
      const error = await failure(client.json(get({ url })));
      expect(error).toBeInstanceOf(PayloadError);
      expect(error.message).toContain('a next link to another origin');
    }
    await client.json(get({ url: `${origin}/rows?page=2` }));
    expect([asked, seen.length]).toEqual([1, 1]);
  });
});

it('tells of every attempt, without its path', async () => {
  const { origin } = await serve(json({}, 500), rows);
  const facts: CallFact[] = [];
  await testClient(origin, { onCall: (fact) => facts.push(fact) }).json(get());
  expect(facts).toMatchObject([
    { system: 'source openedx', method: 'GET', status: 500, attempt: 1, outcome: 'failed' },
    { status: 200, attempt: 2, outcome: 'ok', bytesIn: 14 },
  ]);
});

it('sends forms and multipart bodies as they should be', async () => {
  const { origin, seen } = await serve(rows);
  const client = testClient(origin);
  await client.json(get({ method: 'POST', body: { type: 'form', fields: { a: 'x&y', b: 'ü+' } } }));
  expect(seen[0]).toMatchObject({ body: 'a=x%26y&b=%C3%BC%2B' });
  await client.json(
    get({
      method: 'POST',
      body: {
        type: 'multipart',
        fields: [
          ['a"b', 'x\r\ny'],
          ['a"b', '2'],
        ],
      },
    }),
  );
  const form = await new Response(seen[1]?.body, {
    headers: { 'content-type': seen[1]?.headers['content-type'] ?? '' },
  }).formData();
  expect(form.getAll('a"b')).toEqual(['x\r\ny', '2']);
});
