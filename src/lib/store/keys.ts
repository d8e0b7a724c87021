import { createHash } from 'node:crypto';

/** A key holds 512 characters, and other things stand in it as well. */
const longestKey = 300;

/**
 * A text of any kind and length as a key: table keys may hold no / \ # ? nor control characters. Ordered by no one.
 * Of a long one, the beginning and a hash.
 */
export function toKey(text: string): string {
  const key = Buffer.from(text, 'utf8').toString('base64url');
  if (key.length <= longestKey) return key;
  return `${key.slice(0, 100)}~${createHash('sha256').update(text).digest('hex')}`;
}

/** The text of which `toKey` made a key; undefined when the key does not say, because the text was long. */
export function fromKey(key: string): string | undefined {
  const text = Buffer.from(key, 'base64url').toString('utf8');
  return toKey(text) === key ? text : undefined;
}

/** 8 bytes that stand for a text: enough to tell 10 million records apart, small enough to keep them all. */
export const shortHash = (text: string | Uint8Array): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);
