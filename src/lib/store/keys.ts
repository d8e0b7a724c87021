import { createHash } from 'node:crypto';

/** A text of any kind as a key: table keys may hold no / \ # ? nor control characters. Reversible, ordered by no one. */
export const toKey = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');

/** 8 bytes that stand for a text: enough to tell 10 million records apart, small enough to keep them all. */
export const shortHash = (text: string | Uint8Array): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);
