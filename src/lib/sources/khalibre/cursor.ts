import { createHash } from 'node:crypto';
import { wrongCursor } from '../wrong-cursor';
import type { Page } from './schema';

/**
 * Pages are asked for by number. What the next one must know of those before: how many rows were left out, so
 * that the total can be told without them, and what the last one looked like.
 */
export interface Cursor {
  readonly page: number;
  readonly leftOut: number;
  /** Of the page before; a server that does not heed `page` gives the same rows again. */
  readonly print: string;
}

const firstPage: Cursor = { page: 1, leftOut: 0, print: '' };

/** @throws InputError when it is none. */
export function readCursor(text: string | undefined): Cursor {
  if (text === undefined) return firstPage;
  const [, page, leftOut, print = ''] = /^(\d{1,9})\.(\d{1,9})\.([\w-]*)$/.exec(text) ?? [];
  if (page === undefined) throw wrongCursor();
  return { page: Number(page), leftOut: Number(leftOut), print };
}

export const writeCursor = ({ page, leftOut, print }: Cursor): string => `${page}.${leftOut}.${print}`;

export const printOf = ({ items }: Page): string =>
  createHash('sha256').update(JSON.stringify(items)).digest('base64url').slice(0, 12);
