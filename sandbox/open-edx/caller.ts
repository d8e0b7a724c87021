import type { Answer, PocketRequest } from '../server';
import type { OpenEdxState } from './state';

/**
 * Who calls. A JWT wants the scheme `JWT`, an opaque token `Bearer`; what is presented and wrong fails at
 * once, also where anonymous callers are welcome.
 */
export type Caller = { readonly user: string | undefined } | { readonly refused: Answer };

export function callerOf(request: PocketRequest, state: OpenEdxState): Caller {
  const header = request.headers.authorization;
  if (header === undefined) return { user: undefined };
  const { accessToken, username } = state.options;
  const byHand = accessToken !== undefined && header === `Bearer ${accessToken}`;
  if (byHand || state.tokens.accepts(header)) return { user: username };
  return { refused: unauthorized('Invalid token header. The token is expired, revoked or unknown.') };
}

const unauthorized = (message: string): Answer => developerError(401, undefined, message);

/**
 * As courses and grades say what was wrong. Their views share a mixin (DeveloperErrorViewMixin of edx-platform) that
 * writes what Django's REST framework would have written as `detail`, too; a code comes with the views' own errors.
 */
export const developerError = (status: number, code: string | undefined, message: string): Answer => ({
  status,
  body: { developer_message: message, ...(code !== undefined && { error_code: code }) },
});

export const forbidden = developerError(403, undefined, 'You do not have permission to perform this action.');

/** The grades APIs want someone who is signed in. */
export function signedIn(
  request: PocketRequest,
  state: OpenEdxState,
): { readonly user: string } | { readonly refused: Answer } {
  const caller = callerOf(request, state);
  if ('refused' in caller) return caller;
  if (caller.user !== undefined) return { user: caller.user };
  return {
    refused: developerError(401, 'not_authenticated', 'Authentication credentials were not provided.'),
  };
}
