import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Answer, PocketServer } from '../server';
import { isForm } from '../tokens';
import type { TBookState } from './state';

/** `POST /api/lti`: checks the launch as LTI 1.1 has it, and signs the learner in, who is made when not there. */
export function addLti(server: PocketServer, state: TBookState): void {
  const seen = new Set<string>();
  const refuse = (why: string): Answer => ({ status: 401, body: `<h1>Launch refused</h1><p>${why}</p>` });
  server.on('POST', '/api/lti', (request) => {
    if (!isForm(request)) return refuse('no form');
    const form = [...new URLSearchParams(request.body.toString('utf8'))];
    const one = (name: string): string => form.find(([key]) => key === name)?.[1] ?? '';
    if (one('lti_message_type') !== 'basic-lti-launch-request' || one('lti_version') !== 'LTI-1p0')
      return refuse('no launch');
    if (one('oauth_consumer_key') !== state.options.clientId) return refuse('consumer key');
    if (Math.abs(Number(one('oauth_timestamp')) * 1000 - state.now()) > 300_000) return refuse('timestamp');
    if (!isSigned(form, `${request.origin}${request.path}`, state.options.ltiSecret))
      return refuse('signature');
    if (!one('oauth_nonce') || seen.has(one('oauth_nonce'))) return refuse('nonce');
    seen.add(one('oauth_nonce'));
    if (one('custom_debug') === '1') return { status: 200, body: { debug: Object.fromEntries(form) } };
    let data: Record<string, unknown>;
    try {
      data = JSON.parse(one('custom_data')) as Record<string, unknown>;
    } catch {
      return refuse('custom_data');
    }
    const missing = ['entityID', 'connectionType', 'login', 'civility', 'lastname', 'firstname'].find(
      (name) => !data[name],
    );
    if (missing || /[\n\t]/.test(one('custom_data')))
      return refuse(`custom_data: ${missing ?? 'not minified'}`);
    const login = String(data.login);
    const externalID = data.externalID as string | number | undefined;
    if (!state.find('email', login))
      state.put({
        id: state.nextId(),
        login,
        entityId: Number(data.entityID),
        civility: String(data.civility),
        lastname: String(data.lastname),
        firstname: String(data.firstname),
        externalID: externalID === undefined ? undefined : String(externalID),
        filter: (data.filter ?? []) as string[],
        location: (data.location ?? []) as string[],
        sessions: [],
      });
    return { status: 302, headers: { Location: `${request.origin}/home` } };
  });
}

/** OAuth 1.0a, HMAC-SHA1, written from RFC 5849 for this side alone. */
export function isSigned(form: readonly (readonly [string, string])[], url: string, secret: string): boolean {
  const given = Buffer.from(form.find(([name]) => name === 'oauth_signature')?.[1] ?? '', 'base64');
  const lines = form
    .filter(([name]) => name !== 'oauth_signature')
    .map(([name, value]) => Buffer.from(`${percent(name)}\0${percent(value)}`))
    .sort((a, b) => a.compare(b))
    .map((line) => line.toString().replace('\0', '='));
  const base = `POST&${percent(url)}&${percent(lines.join('&'))}`;
  const expected = createHmac('sha1', `${percent(secret)}&`)
    .update(base)
    .digest();
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Byte by byte: letters, digits and `-._~` stay, all else is `%XX`. */
function percent(text: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9\-._~]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
