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

/** What is said of a refusal, after the source's name. */
export const sentenceFor = (status: number, baseUrlSetting: string): string =>
  sentences[status]?.(baseUrlSetting) ?? 'refused the call';

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
