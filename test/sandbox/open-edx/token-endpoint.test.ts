import { startOpenEdx, type OpenEdx } from '../../../sandbox/open-edx';
import { call, postForm, signIn } from '../calls';

let now = Date.UTC(2026, 0, 1);
let edx: OpenEdx;
const credentials = { client_id: 'lms-bridge', client_secret: 'sandbox-edx-secret' };

beforeAll(async () => {
  edx = await startOpenEdx({ clock: () => now, grades: 20, courses: 3 });
});
afterAll(() => edx.stop());

const token = (form: Record<string, string>) => postForm(`${edx.url}/oauth2/access_token`, form);
const gradesWith = async (authorization: string) =>
  (
    await call(`${edx.url}/api/grades/v1/user_grades/?username=all`, {
      headers: { Authorization: authorization },
    })
  ).status;

test('a JWT is asked for by token_type, in any case, and works under the scheme JWT alone', async () => {
  const { status, body } = await token({
    grant_type: 'client_credentials',
    token_type: 'JWT',
    ...credentials,
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({ token_type: 'JWT', expires_in: 3600, scope: 'read write email profile' });
  const claims = JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url').toString());
  expect(claims).toMatchObject({ preferred_username: 'bridge', exp: now / 1000 + 3600 });
  expect(await gradesWith(`JWT ${body.access_token}`)).toBe(200);
  expect(await gradesWith(`Bearer ${body.access_token}`)).toBe(401);
});

test('without token_type the token is opaque and works under Bearer', async () => {
  const { body } = await token({ grant_type: 'client_credentials', ...credentials });
  expect(body.token_type).toBe('Bearer');
  expect(await gradesWith(`Bearer ${body.access_token}`)).toBe(200);
  expect(await gradesWith(`JWT ${body.access_token}`)).toBe(401);
});

test('credentials may come by HTTP Basic', async () => {
  const basic = Buffer.from('lms-bridge:sandbox-edx-secret').toString('base64');
  const { status } = await call(`${edx.url}/oauth2/access_token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    headers: { Authorization: `Basic ${basic}` },
  });
  expect(status).toBe(200);
});

test('wrong credentials are 401 invalid_client, another grant is 400', async () => {
  const wrong = await token({ grant_type: 'client_credentials', ...credentials, client_secret: 'wrong' });
  expect([wrong.status, wrong.body]).toEqual([401, { error: 'invalid_client' }]);
  expect((await token({ grant_type: 'password', ...credentials })).status).toBe(400);
});

test('a token ends with its time, and when all are revoked through the control API', async () => {
  const before = await signIn(edx);
  now += 3_600_000;
  expect((await before('/api/grades/v1/user_grades/?username=all')).status).toBe(401);
  const after = await signIn(edx);
  expect((await after('/api/grades/v1/user_grades/?username=all')).status).toBe(200);
  await call(`${edx.url}/_sandbox/tokens/revoke`, { method: 'POST' });
  expect((await after('/api/grades/v1/user_grades/?username=all')).status).toBe(401);
});
