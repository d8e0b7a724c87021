import type { Answer, PocketServer } from './server';
import { isForm, opaqueToken, type TokenDesk } from './tokens';

export interface TokenIssuer {
  readonly tokens: TokenDesk;
  readonly options: {
    /** What v1 calls the resource; v2's scope is this with `/.default`. */
    readonly resource: string;
    readonly tokenSeconds: number;
  };
}

/** Entra's client-credentials endpoint: v1 (`resource`, `expires_in` as text) and v2 (`scope`, a number). */
export function addTokenEndpoint(server: PocketServer, state: TokenIssuer): void {
  for (const path of ['/oauth2/token', '/oauth2/v2.0/token']) {
    server.on('POST', path, (request) => {
      const form = new URLSearchParams(isForm(request) ? request.body.toString('utf8') : '');
      if (form.get('grant_type') !== 'client_credentials') {
        return refusal(400, 'unsupported_grant_type', 'AADSTS70003: The grant type is not supported.');
      }
      if (!state.tokens.knows(request, form)) {
        return refusal(401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.');
      }
      const { resource, tokenSeconds } = state.options;
      const [askedResource, scope] = [form.get('resource'), form.get('scope')];
      if (askedResource !== null && askedResource !== resource) {
        return refusal(400, 'invalid_resource', 'AADSTS500011: The resource principal was not found.');
      }
      if (scope !== null && scope !== `${resource}/.default`) {
        return refusal(400, 'invalid_scope', 'AADSTS70011: The provided value for scope is not valid.');
      }
      const token = state.tokens.issue('Bearer', opaqueToken(), tokenSeconds);
      const expires_in = askedResource === null ? tokenSeconds : String(tokenSeconds);
      return { status: 200, body: { token_type: 'Bearer', expires_in, access_token: token } };
    });
  }
}

const refusal = (status: number, error: string, error_description: string): Answer => ({
  status,
  body: { error, error_description },
});
