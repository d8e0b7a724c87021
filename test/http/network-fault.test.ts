import { Agent } from 'undici';
import { AuthError, RetryableError, SettingsError } from '../../src/lib/errors';
import { failure, get, testClient } from './client-builder';
import { makeCertificate } from './certificate';
import { json, TestServer } from './test-server';

const day = 86_400_000;
const now = Date.now();
let server: TestServer | undefined;
afterEach(() => server?.stop());

const rows = json({ rows: [] });

describe('a system that cannot be reached', () => {
  it('has a host name that nobody knows', async () => {
    const error = await failure(testClient('https://no-such-host.invalid', { retries: 1 }).json(get()));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toBe(
      'source openedx at https://no-such-host.invalid has a host name that cannot be resolved; check LMS__openedx__baseUrl',
    );
  });

  it('refuses connections', async () => {
    const gone = await TestServer.start((_, response) => rows(response));
    await gone.stop();
    const error = await failure(testClient(gone.origin, { retries: 1 }).json(get()));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toContain(`${gone.origin} refuses connections; check LMS__openedx__baseUrl`);
  });

  it('speaks plain HTTP where TLS is expected', async () => {
    server = await TestServer.start((_, response) => rows(response));
    const error = await failure(
      testClient(server.origin.replace('http', 'https'), { retries: 0 }).json(get()),
    );
    expect(error.message).toMatch(/check the scheme and port of|broke the connection/);
  });
});

describe('a certificate', () => {
  const valid = { from: now - day, to: now + day };
  it.each([
    ['self-signed', { ...valid, ip: '127.0.0.1' }, false, /self-signed/],
    ['expired', { from: now - 2 * day, to: now - day, ip: '127.0.0.1' }, true, /has expired/],
    ['for another host', { ...valid, ip: '127.0.0.9' }, true, /another host name/],
  ])('that is %s fails at once', async (_, options, trusted, message) => {
    const tls = makeCertificate(options);
    server = await TestServer.start((_seen, response) => rows(response), tls);
    const agent = trusted ? new Agent({ connect: { ca: tls.cert } }) : undefined;
    const error = await failure(testClient(server.origin, { agent }).json(get()));
    expect(error).toBeInstanceOf(AuthError);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(server.origin);
    expect(server.seen).toHaveLength(0);
    await agent?.close();
  });

  it('is verified even when the environment says not to', async () => {
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      server = await TestServer.start(
        (_, response) => rows(response),
        makeCertificate({ ...valid, ip: '127.0.0.1' }),
      );
      expect(await failure(testClient(server.origin).json(get()))).toBeInstanceOf(AuthError);
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });

  it('that is trusted and fits lets the call through', async () => {
    const tls = makeCertificate({ ...valid, ip: '127.0.0.1' });
    server = await TestServer.start((_, response) => rows(response), tls);
    const agent = new Agent({ connect: { ca: tls.cert } });
    expect((await testClient(server.origin, { agent }).json(get())).data.rows).toEqual([]);
    await agent.close();
  });
});

it.each([
  'http://lms.example.com',
  'lms.example.com',
  'ftp://127.0.0.1',
  'https://user:secret@lms.example.com',
])('will not use %s as a base URL', (baseUrl) => {
  expect(() => testClient(baseUrl)).toThrow(SettingsError);
  expect(() => testClient(baseUrl)).not.toThrow(/secret/);
});
