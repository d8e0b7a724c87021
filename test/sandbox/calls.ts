import type { LdServices } from '../../sandbox/ld-services';
import type { OpenEdx } from '../../sandbox/open-edx';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // Answers are looked into, field by field, by the tests.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

export async function call(url: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') && text !== '';
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
}

export const postJson = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> =>
  call(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', ...headers },
  });

export const postForm = (url: string, form: Record<string, string>): Promise<Reply> =>
  call(url, { method: 'POST', body: new URLSearchParams(form) });

/** A signed-in caller of a pocket Open edX. */
export async function signIn(openEdx: OpenEdx, type = 'jwt'): Promise<(path: string) => Promise<Reply>> {
  const { clientId, clientSecret } = openEdx.state.options;
  const { body } = await postForm(`${openEdx.url}/oauth2/access_token`, {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    token_type: type,
  });
  const headers = { Authorization: `${body.token_type} ${body.access_token}` };
  return (path) => call(`${openEdx.url}${path}`, { headers });
}

/** The headers that the pocket L&D services want. */
export async function ldHeaders(ld: LdServices): Promise<Record<string, string>> {
  const { clientId, clientSecret, subscriptionKey, resource } = ld.state.options;
  const { body } = await postForm(`${ld.url}/oauth2/token`, {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    resource,
  });
  return { Authorization: `Bearer ${body.access_token}`, 'Ocp-Apim-Subscription-Key': subscriptionKey };
}
