import { createHmac } from 'node:crypto';

/** Name and value, as they are before any encoding. */
export type Param = readonly [string, string];

/**
 * The signature base string (RFC 5849, 3.4.1).
 * @param url without a query; its parameters belong into `params`.
 * @param params all of them, of query, form and `oauth_…`, but not `oauth_signature` and `realm`.
 */
export function baseString(method: string, url: string, params: readonly Param[]): string {
  const pairs = params
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`);
  return [method.toUpperCase(), normalUrl(url), pairs.join('&')].map(encode).join('&');
}

/** HMAC-SHA1 (RFC 5849, 3.4.2), in base64. @param tokenSecret empty where there is no token, as with LTI. */
export function signature(base: string, consumerSecret: string, tokenSecret = ''): string {
  const key = `${encode(consumerSecret)}&${encode(tokenSecret)}`;
  return createHmac('sha1', key).update(base).digest('base64');
}

/** RFC 3986: encodeURIComponent leaves five characters alone that are to be encoded here. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** Lower-case scheme and host, no default port, no query. */
function normalUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** By bytes: all of it is ASCII by now. */
const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
