/** A request's headers, as a browser or another client sent them. */
export interface Asked {
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/**
 * Whether a page of another site made a browser send this, by a plain form or the like. A browser sends such a call
 * with whatever the person is signed in with, and without asking the app first; a key in the header or JSON it sends
 * only once the app (or the gateway before it) has allowed that site. Programs send neither header that tells.
 */
export function isForged({ url, headers }: Asked): boolean {
  if (!isFromAnotherSite(url, headers)) return false;
  const asksFirst =
    headers.get('x-functions-key') !== null ||
    /^\s*application\/json\s*(;|$)/i.test(headers.get('content-type') ?? '');
  return !asksFirst;
}

function isFromAnotherSite(url: string, headers: Asked['headers']): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site !== 'same-origin' && site !== 'none';
  // Browsers leave it out of calls without TLS, but name the origin of every POST.
  const origin = headers.get('origin');
  if (origin === null) return false;
  return !URL.canParse(origin) || new URL(origin).host !== (headers.get('host') ?? new URL(url).host);
}
