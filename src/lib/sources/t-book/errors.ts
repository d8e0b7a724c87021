import { AuthError, RefusedError } from '../../errors';
import type { System } from '../../http/target';

/**
 * T-book's own table of errors, by status: what is said of each. 401 and what may pass (429, 500, 502, 503, 504) are
 * the HTTP client's business: the token is renewed once, and the call backs off. 402 and 409 are never repeated.
 */
const sentences: Readonly<Record<number, (baseUrlSetting: string) => string>> = {
  400: () => 'found something missing or wrong in the call',
  402: () => 'could not do it, although nothing was wrong with the call',
  404: (setting) => `does not know what was asked for; check its id, and ${setting}`,
  405: (setting) => `does not know the call in this way; check ${setting}`,
  409: () => 'says that it conflicts with what is there or with another call',
};

/** @returns the error as it is to be told; anything but a refusal as it is. */
export function explained(error: unknown, system: System): unknown {
  if (!(error instanceof RefusedError) || error.code === 'redirect' || error.code === 'login') return error;
  const { status, code, reason } = error;
  const why = reason ? `: ${reason}` : '';
  const told = `${status}${code ? `, ${code}` : ''}`;
  if (status === 403) {
    const message = `${system.name} does not give this to these credentials (${told})${why}; check ${system.credentialSettings}`;
    return new AuthError(message, status, { cause: error });
  }
  const sentence = sentences[status]?.(system.baseUrlSetting) ?? 'refused the call';
  return new RefusedError(`${system.name} ${sentence} (${told})${why}`, status, code, {
    cause: error,
    reason,
  });
}

/** The status that T-book's table has for a code, for a refusal that came as a 200. */
export const statusOfCode: Readonly<Record<string, number>> = {
  bad_request: 400,
  unauthorized: 401,
  request_failed: 402,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
};
