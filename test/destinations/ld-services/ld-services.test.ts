import { LeaseLostError } from '../../../src/lib/errors';
import type { LdSettings } from '../../../src/lib/destinations/ld-services/settings';
import { createLdServices } from '../../../src/lib/destinations/ld-services';
import type { LdDeps } from '../../../src/lib/destinations/ld-services/client';
import { failure, testDeps, testSecret } from '../../http/client-builder';
import { inTurn, json, TestServer } from '../../http/test-server';
import { ldSettings } from './settings';

let server: TestServer;
afterEach(() => server?.stop());

const authorizer = { headers: async () => ({ authorization: 'Bearer sdk' }), renew: () => undefined };

async function sinkFor(
  answers: Parameters<typeof inTurn>,
  more: (origin: string) => Partial<LdSettings> = () => ({}),
  deps: Partial<LdDeps> = { authorizer },
) {
  server = await TestServer.start(inTurn(...answers));
  const settings = ldSettings({ baseUrl: server.origin, ...more(server.origin) });
  return createLdServices(settings, { ...testDeps(), ...deps });
}

const delivery = {
  signal: new AbortController().signal,
  idempotencyKey: 'key-1',
  fence: () => undefined,
  mayLandUntil: () => undefined,
};
const catalog = {
  kind: 'catalog',
  sourceSystemId: '16',
  json: Buffer.from('[{"a":1},{"a":2}]'),
  count: 2,
} as const;
const consumption = { ...catalog, kind: 'consumption' } as const;
const empty =
  (status: number): Parameters<typeof inTurn>[0] =>
  (response) =>
    void response.writeHead(status).end();

describe('a batch', () => {
  it('goes to the operation of its kind as one array', async () => {
    const sink = await sinkFor([json({ ok: true })], () => ({
      subscriptionKey: testSecret('sub-1', 'LD__subscriptionKey'),
    }));
    await sink.send(catalog, delivery);
    await sink.send(consumption, delivery);
    expect(server.seen.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['POST', '/Catalog/16/course', '[{"a":1},{"a":2}]'],
      ['POST', '/Consumption/exptrack', '[{"a":1},{"a":2}]'],
    ]);
    expect(server.seen[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': 'key-1',
      'ocp-apim-subscription-key': 'sub-1',
      authorization: 'Bearer sdk',
    });
  });

  it.each([
    ['JSON', json([])],
    [
      'an errormessage of nothing',
      json({ errormessage: null, items: [{ ErrorMessage: '' }, { errorMessage: 'null' }] }),
    ],
    ['202', json({}, 202)],
    ['204', empty(204)],
  ])('is acknowledged by %s', async (_, answer) => {
    const sink = await sinkFor([answer]);
    await expect(sink.send(catalog, delivery)).resolves.toBeUndefined();
  });

  it.each([
    ['at the root', { errormessage: 'ann@example.com is bad' }],
    ['in an item', [{}, { errorMessage: 'ann@example.com' }]],
    ['in a list of the root', { results: [{ ErrorMessage: 'ann@example.com' }] }],
    ['as an object', { errorMessage: { text: 'ann@example.com' } }],
  ])('is refused by a 200 with an error message %s', async (_, body) => {
    const sink = await sinkFor([json(body)]);
    const error = await failure(sink.send(catalog, delivery));
    expect(error).toMatchObject({ name: 'RefusedError', status: 200 });
    expect(error.message).not.toContain('ann@');
  });

  it.each([
    ['an empty 200', empty(200)],
    [
      'HTML',
      (response: Parameters<Parameters<typeof inTurn>[0]>[0]) => void response.end('<html>sign in</html>'),
    ],
  ])('is not acknowledged by %s', async (_, answer) => {
    const sink = await sinkFor([answer]);
    expect(await failure(sink.send(catalog, delivery))).toMatchObject({ name: 'PayloadError' });
    expect(server.seen).toHaveLength(1);
  });

  it.each([400, 413, 422])('is refused by %d, with its status', async (status) => {
    const sink = await sinkFor([json({ error: 'bad_record' }, status)]);
    const error = await failure(sink.send(catalog, delivery));
    expect(error).toMatchObject({ name: 'RefusedError', status, code: 'bad_record' });
    expect(server.seen).toHaveLength(1);
  });

  it('that may not be written, or has no place, says which settings to check', async () => {
    const sink = await sinkFor([json({}, 403), json({}, 404)]);
    const forbidden = await failure(sink.send(catalog, delivery));
    expect(forbidden).toMatchObject({ name: 'AuthError', status: 403 });
    expect(forbidden.message).toContain('LD__clientId, LD__clientSecret, LD__scope');
    const lost = await failure(sink.send(catalog, delivery));
    expect(lost.message).toContain('LD__baseUrl');
  });

  it('is sent again with the same bytes and key after a fault', async () => {
    const sink = await sinkFor([json({}, 500), (response) => response.destroy(), json({})]);
    await sink.send(catalog, delivery);
    expect(new Set(server.seen.map(({ body }) => body)).size).toBe(1);
    expect(server.seen.map(({ headers }) => headers['idempotency-key'])).toEqual(['key-1', 'key-1', 'key-1']);
  });

  it('does not leave when the lease is lost', async () => {
    const sink = await sinkFor([json({})]);
    const fence = (): void => {
      throw new LeaseLostError('lost');
    };
    expect(await failure(sink.send(catalog, { ...delivery, fence }))).toBeInstanceOf(LeaseLostError);
    expect(server.seen).toHaveLength(0);
  });

  it('reads the subscription key again after a 401', async () => {
    const key = testSecret('sub-1', 'LD__subscriptionKey');
    const sink = await sinkFor([json({ statusCode: 401 }, 401), json({})], () => ({ subscriptionKey: key }));
    await key.read();
    key.value = 'sub-2';
    await sink.send(catalog, delivery);
    expect(server.seen.map(({ headers }) => headers['ocp-apim-subscription-key'])).toEqual([
      'sub-1',
      'sub-2',
    ]);
  });
});

describe('the token', () => {
  const oauth2 = (path: string) => (origin: string) => ({
    auth: {
      type: 'oauth2' as const,
      tokenUrl: origin + path,
      clientId: 'ld-client',
      clientSecret: testSecret('ld-secret', 'LD__clientSecret'),
      scope: 'api://ld/.default',
    },
  });

  it.each([
    ['/t/oauth2/v2.0/token', { scope: 'api://ld/.default' }],
    ['/t/oauth2/token', { scope: 'api://ld/.default', resource: 'api://ld' }],
  ])('of %s is asked for with what that version knows', async (path, scope) => {
    const sink = await sinkFor(
      [json({ access_token: 't1', expires_in: '3599' }), json({})],
      oauth2(path),
      {},
    );
    await sink.send(catalog, delivery);
    expect(server.seen[0]?.path).toBe(path);
    expect(Object.fromEntries(new URLSearchParams(server.seen[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'ld-client',
      client_secret: 'ld-secret',
      ...scope,
    });
    expect(server.seen[1]?.headers.authorization).toBe('Bearer t1');
  });

  it('that is not given names the settings', async () => {
    const sink = await sinkFor([json({ error: 'invalid_client' }, 401)], oauth2('/token'), {});
    const error = await failure(sink.send(catalog, delivery));
    expect(error).toMatchObject({ name: 'AuthError', status: 401 });
    expect(error.message).toContain('check LD__clientId, LD__clientSecret');
  });
});

it('says what it takes', async () => {
  const sink = await sinkFor([json({})]);
  expect(sink.limits).toEqual({ batchSize: 500, batchBytes: 1_048_576, concurrency: 4, deadlineMs: 30_000 });
});
