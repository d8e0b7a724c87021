import { AuthError, RetryableError } from '../../src/lib/errors';
import { oauth2Authorizer, type OAuth2Options } from '../../src/lib/http/oauth2';
import { withSecretHeader } from '../../src/lib/http/secret-header';
import { staticTokenAuthorizer } from '../../src/lib/http/static-token';
import { failure, system, testDeps, testSecret } from './client-builder';
import { inTurn, json, TestServer } from './test-server';

let server: TestServer;
afterEach(() => server?.stop());
const signal = new AbortController().signal;

const token = (value: string, more: object = { expires_in: 3600 }) => json({ access_token: value, ...more });

async function authorizerFor(answers: Parameters<typeof inTurn>, options: Partial<OAuth2Options> = {}) {
  server = await TestServer.start(inTurn(...answers));
  const secret = testSecret('s3cret');
  const deps = testDeps();
  const authorizer = oauth2Authorizer({
    ...deps,
    system,
    tokenUrl: `${server.origin}/oauth2/access_token`,
    fields: async () => ({ client_id: 'id', client_secret: await secret.read() }),
    secrets: [secret],
    ...options,
  });
  const header = async () => (await authorizer.headers(signal)).authorization;
  return { authorizer, header, secret, clock: deps.clock };
}

describe('client credentials', () => {
  it('fetch one token for all callers and keep it until shortly before it expires', async () => {
    const { header, clock } = await authorizerFor([
      token('t1'),
      token('t2', { expires_in: '60' }),
      token('t3'),
    ]);
    expect(await Promise.all([header(), header(), header()])).toEqual(Array(3).fill('Bearer t1'));
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({
      path: '/oauth2/access_token',
      body: 'client_id=id&client_secret=s3cret',
      headers: { 'user-agent': 'lms-bridge/0.0.0' },
    });
    await clock.sleep(3_539_000, signal);
    expect(await header()).toBe('Bearer t1');
    await clock.sleep(1000, signal);
    expect(await header()).toBe('Bearer t2');
    await clock.sleep(54_000, signal);
    expect(await header()).toBe('Bearer t3');
  });

  it('name the scheme that the answer names', async () => {
    const answers = [token('t1', { token_type: 'JWT' }), token('t2', { token_type: 'bearer' })] as const;
    const { authorizer, header } = await authorizerFor([...answers], { scheme: 'fromAnswer' });
    expect(await header()).toBe('JWT t1');
    authorizer.renew();
    expect(await header()).toBe('Bearer t2');
  });

  it('forget token and secret when they are to be renewed', async () => {
    const { authorizer, header, secret } = await authorizerFor([token('t1'), token('t2')]);
    await header();
    secret.value = 'changed';
    authorizer.renew();
    expect(await header()).toBe('Bearer t2');
    expect(server.seen[1]?.body).toContain('client_secret=changed');
  });

  it.each([
    [400, { error: 'invalid_client', error_description: 's3cret' }],
    [401, { error: { code: 'invalid_client', message: 's3cret' } }],
    [403, 's3cret'],
  ])('that are wrong (%d) fail at once with a sentence that names the settings', async (status, body) => {
    const { header } = await authorizerFor([json(body, status)]);
    const error = await failure(header());
    expect(error).toBeInstanceOf(AuthError);
    expect(error.status).toBe(status);
    expect(error.message).toContain('check LMS__openedx__clientId and LMS__openedx__clientSecret');
    expect(error.message).not.toContain('s3cret');
    expect(server.seen).toHaveLength(1);
  });

  it('are tried once more when the secret has changed in the vault', async () => {
    const { header, secret } = await authorizerFor([json({ error: 'invalid_client' }, 401), token('t9')]);
    await secret.read();
    secret.value = 'changed';
    expect(await header()).toBe('Bearer t9');
    expect(server.seen.map(({ body }) => body)).toEqual([
      'client_id=id&client_secret=s3cret',
      'client_id=id&client_secret=changed',
    ]);
  });

  it('have a deadline of their own and let a waiter go that aborts', async () => {
    const { header } = await authorizerFor([() => undefined], { deadlineMs: 50 });
    expect(await failure(header())).toBeInstanceOf(RetryableError);
    await server.stop();
    const { authorizer } = await authorizerFor([() => undefined], { deadlineMs: 300 });
    const abort = new AbortController();
    const waiting = failure(authorizer.headers(abort.signal));
    abort.abort(new Error('cancelled'));
    expect((await waiting).message).toBe('cancelled');
  });

  it('wait when the token service asks for a pause', async () => {
    const { header, clock } = await authorizerFor([json({}, 429, { 'retry-after': '5' }), token('t1')]);
    expect(await header()).toBe('Bearer t1');
    expect(clock.slept).toEqual([5000]);
  });
});

describe('a given token', () => {
  it('is read from its secret, and again after it was refused', async () => {
    const secret = testSecret('abc\n', 'LMS__openedx__accessToken');
    const authorizer = withSecretHeader(staticTokenAuthorizer(secret), 'x-key', testSecret('k1'));
    expect(await authorizer.headers(signal)).toEqual({ authorization: 'Bearer abc', 'x-key': 'k1' });
    secret.value = 'def';
    authorizer.renew();
    expect(await authorizer.headers(signal)).toMatchObject({ authorization: 'Bearer def' });
  });

  it.each(['', 'two\r\nlines', 'ünsendbar'])(
    'that no header can hold (%j) is named, not shown',
    async (value) => {
      const authorizer = staticTokenAuthorizer(testSecret(value, 'LMS__openedx__accessToken'));
      const error = await failure(authorizer.headers(signal));
      expect(error).toBeInstanceOf(AuthError);
      expect(error.message).toMatch(/^LMS__openedx__accessToken is empty or holds a character/);
    },
  );
});
