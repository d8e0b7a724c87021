import { createHmac } from 'node:crypto';
import { Agent } from 'undici';
import { isSigned } from '../../../sandbox/t-book/lti';
import { multipartFields } from '../../../sandbox/t-book/multipart';
import type { TBookSettings } from '../../../src/lib/sources/t-book/settings';
import { createSource } from '../../../src/lib/sources/registry';
import type { LtiLaunch } from '../../../src/lib/sources/source';
import { makeCertificate } from '../../http/certificate';
import { failure, testDeps, testSecret } from '../../http/client-builder';
import { json, type Seen, TestServer } from '../../http/test-server';
import { tBookSettings } from './settings';

const call = { signal: new AbortController().signal };
const errorUrl = 'https://portal.example.com/failed?why=1&x=ä';
const origin = 'https://t-book.example.com';
const signIns = (at = origin, more: Partial<TBookSettings> = {}) =>
  createSource(tBookSettings(at, more), testDeps()).signIns!;
const launch: LtiLaunch = {
  entityId: '24',
  learner: { email: 'Zoe@example.com', firstName: 'Zoë', lastName: "O'Neil (Jr.)!*", civility: 'mme' },
};

describe('an LTI launch', () => {
  const form = (more: Partial<LtiLaunch> = {}, settings: Partial<TBookSettings> = {}) =>
    signIns(origin, settings).ltiLaunch!({ ...launch, ...more });
  const data = (fields: Readonly<Record<string, string>>): unknown => JSON.parse(fields.custom_data ?? '');

  test('has the fields of LTI 1.1, and goes to the API’s own launch address', async () => {
    const { url, fields } = await form();
    expect(url).toBe(`${origin}/api/lti`);
    expect(fields).toMatchObject({
      lti_message_type: 'basic-lti-launch-request',
      lti_version: 'LTI-1p0',
      oauth_consumer_key: 'lms-bridge',
      oauth_signature_method: 'HMAC-SHA1',
      oauth_version: '1.0',
      oauth_timestamp: String(Date.parse('2026-03-01T12:00:00Z') / 1000),
    });
    expect(fields.resource_link_id).not.toBe('');
  });

  test('is signed with the secret for LTI, not with the client’s', async () => {
    const { url, fields } = await form();
    const all = Object.entries(fields);
    expect(isSigned(all, url, 'sandbox+tbook/for-lti&==')).toBe(true);
    expect(isSigned(all, url, 'sandbox+tbook/client==')).toBe(false);
    for (const name of Object.keys(fields).filter((one) => one !== 'oauth_signature'))
      expect(isSigned(Object.entries({ ...fields, [name]: 'other' }), url, 'sandbox+tbook/for-lti&==')).toBe(
        false,
      );
  });

  test('is signed as RFC 5849 has it, computed here step by step', async () => {
    const { fields } = await form();
    const percent = (text: string): string =>
      Buffer.from(text).reduce(
        (all, byte) =>
          all +
          (/[\w.~-]/.test(String.fromCharCode(byte)) && byte < 128
            ? String.fromCharCode(byte)
            : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`),
        '',
      );
    const { oauth_signature: given, ...others } = fields;
    const pairs = Object.entries(others)
      .map(([name, value]) => `${percent(name)}=${percent(value)}`)
      .sort()
      .join('&');
    const base = `POST&${percent(`${origin}/api/lti`)}&${percent(pairs)}`;
    const key = `${percent('sandbox+tbook/for-lti&==')}&`;
    expect(given).toBe(createHmac('sha1', key).update(base).digest('base64'));
  });

  test('says who comes in minified JSON under T-book’s names', async () => {
    const { fields } = await form();
    expect(fields.custom_data).not.toMatch(/[\n\t]|": |, "/);
    expect(data(fields)).toEqual({
      entityID: '24',
      connectionType: 'login',
      login: 'Zoe@example.com',
      civility: 'mme',
      lastname: "O'Neil (Jr.)!*",
      firstname: 'Zoë',
    });
    const whole = { filter: ['Session 1'], location: ['Paris'], assignation: true };
    const more = await form({ ...whole, learner: { ...launch.learner, externalId: '2390' } });
    expect(data(more.fields)).toMatchObject({
      connectionType: 'id',
      externalID: '2390',
      filter: ['Session 1'],
      location: ['Paris'],
      assignation: 1,
    });
    expect(data((await form({ ...whole, assignation: false })).fields)).toMatchObject({ assignation: 0 });
  });

  test('asks for debugging on request alone, and each has a nonce of its own', async () => {
    const [one, two] = [await form(), await form({ debug: true })];
    expect([one.fields.custom_debug, two.fields.custom_debug]).toEqual([undefined, '1']);
    expect(one.fields.oauth_nonce).not.toBe(two.fields.oauth_nonce);
    expect(isSigned(Object.entries(two.fields), two.url, 'sandbox+tbook/for-lti&==')).toBe(true);
  });

  test('takes the consumer key of the settings, and its secret', async () => {
    const secret = testSecret('old', 'LMS__tbook__ltiSecret');
    const { url, fields } = await form({}, { ltiKey: 'for-lti', ltiSecret: secret });
    expect(fields.oauth_consumer_key).toBe('for-lti');
    expect(isSigned(Object.entries(fields), url, 'old')).toBe(true);
  });

  test('without its secret names the setting; with a field missing, the field', async () => {
    expect(await failure(form({}, { ltiSecret: undefined }))).toMatchObject({
      name: 'SettingsError',
      problems: [{ setting: 'LMS__tbook__ltiSecret' }],
    });
    const { firstName: _, ...nameless } = launch.learner;
    expect(await failure(form({ learner: nameless }))).toMatchObject({ field: 'learner.firstName' });
    expect(await failure(form({ entityId: 'North' }))).toMatchObject({ field: 'entityId' });
  });
});

describe('a sign-in link', () => {
  let server: TestServer;
  afterEach(() => server.stop());
  const serve = async (answer: (origin: string) => unknown): Promise<void> => {
    server = await TestServer.start(({ path }, response) =>
      json(path === '/api/token' ? { access_token: 'a' } : answer(server.origin))(response),
    );
  };
  const asked = (): [string, string][] => {
    const { headers, body } = server.seen.at(-1) as Seen;
    return multipartFields({ headers, body: Buffer.from(body) } as never) ?? [];
  };
  const good = (at: string) => ({ success: '1', authentificationUrl: `${at}/one-time` });

  test('is asked for by login or id, for a learner or a teacher', async () => {
    await serve(good);
    const given = await signIns(server.origin).link({ email: 'Ann@example.com', errorUrl }, call);
    expect(given).toEqual({ url: `${server.origin}/one-time`, expiresInSeconds: 60 });
    expect(server.seen.at(-1)?.path).toBe('/api/authToken');
    expect(asked()).toEqual([
      ['userType', '1'],
      ['connectionType', 'login'],
      ['identifier', 'Ann@example.com'],
      ['errorUrl', errorUrl],
    ]);
    await signIns(server.origin).link({ externalId: '23', role: 'teacher', errorUrl }, call);
    expect(asked().slice(0, 3)).toEqual([
      ['userType', '2'],
      ['connectionType', 'id'],
      ['identifier', '23'],
    ]);
  });

  test.each([
    ['https://elsewhere.example.com/one-time', /another host/],
    ['no address', /that is not an address/],
  ])('to %s is not handed on, nor told', async (url, message) => {
    await serve(() => ({ success: '1', authentificationUrl: url }));
    const error = await failure(signIns(server.origin).link({ email: 'a@example.com', errorUrl }, call));
    expect(error.name).toBe('PayloadError');
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('one-time');
  });

  test('that T-book writes with http is handed on with https, as the API has it', async () => {
    const tls = makeCertificate({ from: Date.now() - 60_000, to: Date.now() + 3_600_000, ip: '127.0.0.1' });
    server = await TestServer.start(
      ({ path }, response) =>
        json(path === '/api/token' ? { access_token: 'a' } : good(server.origin.replace('https:', 'http:')))(
          response,
        ),
      tls,
    );
    const agent = new Agent({ connect: { ca: tls.cert } });
    const source = createSource(tBookSettings(server.origin), { ...testDeps(), agent });
    const { url } = await source.signIns!.link({ email: 'a@example.com', errorUrl }, call);
    await agent.close();
    expect(url).toBe(`${server.origin}/one-time`);
    expect(url).toMatch(/^https:/);
  });

  test.each([{ success: '0' }, { success: 0 }, { success: false }])('is none with %j', async (no) => {
    await serve((at) => ({ ...good(at), ...no }));
    const error = await failure(signIns(server.origin).link({ email: 'a@example.com', errorUrl }, call));
    expect(error).toMatchObject({ name: 'RefusedError', status: 200 });
  });

  test.each([
    [{ errorUrl }, 'email'],
    [{ email: 'a@example.com', externalId: '1', errorUrl }, 'email'],
    [{ email: 'nobody', errorUrl }, 'email'],
    [{ email: 'a@example.com', errorUrl: 'javascript:1' }, 'errorUrl'],
  ])('that is asked for wrongly names the field (%#)', async (request, field) => {
    await serve(good);
    expect(await failure(signIns(server.origin).link(request, call))).toMatchObject({ field });
    expect(server.seen).toHaveLength(0);
  });
});
