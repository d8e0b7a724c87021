import type { PocketServer } from '../server';
import { isForm, jwt, opaqueToken } from '../tokens';
import type { OpenEdxState } from './state';

const scope = 'read write email profile';

/** `POST /oauth2/access_token`: client credentials, in the form or by HTTP Basic. No refresh token. */
export function addTokenEndpoint(server: PocketServer, state: OpenEdxState): void {
  server.on('POST', '/oauth2/access_token', (request) => {
    const form = new URLSearchParams(isForm(request) ? request.body.toString('utf8') : '');
    if (form.get('grant_type') !== 'client_credentials') {
      return { status: 400, body: { error: 'unsupported_grant_type' } };
    }
    if (!state.tokens.knows(request, form)) return { status: 401, body: { error: 'invalid_client' } };
    const { tokenSeconds, username, staff, bulkAdmin } = state.options;
    const asJwt = form.get('token_type')?.toLowerCase() === 'jwt';
    const seconds = Math.floor(server.now() / 1000);
    const token = asJwt
      ? jwt({
          aud: 'openedx',
          exp: seconds + tokenSeconds,
          grant_type: 'client-credentials',
          iat: seconds,
          iss: `${request.origin}/oauth2`,
          // Two tokens of one second would otherwise be the same text.
          jti: opaqueToken(),
          preferred_username: username,
          scopes: scope.split(' '),
          version: '1.2.0',
          sub: '7d1b1f5c0a',
          filters: [],
          is_restricted: false,
          email: `${username}@example.com`,
          administrator: staff,
          superuser: bulkAdmin,
        })
      : opaqueToken();
    const scheme = asJwt ? 'JWT' : 'Bearer';
    state.tokens.issue(scheme, token, tokenSeconds);
    return {
      status: 200,
      headers: { 'Cache-Control': 'no-store' },
      body: { access_token: token, expires_in: tokenSeconds, token_type: scheme, scope },
    };
  });
}
