import type { Answer, PocketServer } from '../server';
import { isForm, opaqueToken } from '../tokens';
import type { KhalibreState } from './state';

/** `POST /o/oauth2/token`: client credentials in the form. */
export function addTokenEndpoint(server: PocketServer, state: KhalibreState): void {
  const refuse = (status: number, error: string, description: string): Answer => {
    const flat = { error, error_description: description };
    return { status, body: state.options.tokenErrors === 'nested' ? { error: flat } : flat };
  };
  server.on('POST', '/o/oauth2/token', (request) => {
    const form = new URLSearchParams(isForm(request) ? request.body.toString('utf8') : '');
    if (form.get('grant_type') !== 'client_credentials') {
      return refuse(400, 'unsupported_grant_type', 'The grant type is not supported.');
    }
    if (!state.tokens.knows(request, form)) return refuse(401, 'invalid_client', 'The client is not known.');
    const { tokenSeconds } = state.options;
    const token = state.tokens.issue('Bearer', opaqueToken(), tokenSeconds);
    return {
      status: 200,
      headers: { 'Cache-Control': 'no-store' },
      body: {
        access_token: token,
        expires_in: tokenSeconds,
        scope: 'kh-gateway.everything',
        token_type: 'Bearer',
      },
    };
  });
}
