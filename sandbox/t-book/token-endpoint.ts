import type { PocketServer } from '../server';
import { opaqueToken } from '../tokens';
import { problem } from './gateway';
import { multipartFields } from './multipart';
import type { TBookState } from './state';

/** `POST /api/token`: a multipart form, with a grant type of T-book's own spelling. */
export function addTokenEndpoint(server: PocketServer, state: TBookState): void {
  server.on('POST', '/api/token', (request) => {
    const fields = multipartFields(request);
    if (!fields) return problem(400, 'The body must be a multipart form.');
    const form = new URLSearchParams(fields);
    if (form.get('grant_type') !== 'client_credential') return problem(400, 'The grant_type is wrong.');
    if (!state.tokens.knows(request, form)) return problem(401, 'No valid API key provided.');
    const { tokenSeconds } = state.options;
    const token = state.tokens.issue('Bearer', opaqueToken(), tokenSeconds);
    return { status: 200, body: { access_token: token, token_type: 'bearer', expires_in: tokenSeconds } };
  });
}
