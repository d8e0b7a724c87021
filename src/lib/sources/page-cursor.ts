import { createHash } from 'node:crypto';
import type { PayloadError } from '../errors';
import { wrongCursor } from './wrong-cursor';

/** Where the reader of a list with numbered pages is. */
export interface PageCursor {
  readonly page: number;
  /** What is counted from page to page, such as the rows read so far. */
  readonly counted: number;
  /** Of the page before; a server that does not heed the number gives the same rows again. */
  readonly print: string;
}

/** @throws InputError when it is none. */
export function readPageCursor(text: string | undefined): PageCursor {
  if (text === undefined) return { page: 1, counted: 0, print: '' };
  const [, page, counted, print = ''] = /^([1-9]\d{0,8})\.(\d{1,9})\.([\w-]*)$/.exec(text) ?? [];
  if (page === undefined) throw wrongCursor();
  return { page: Number(page), counted: Number(counted), print };
}

/**
 * The cursor of the page after this one. @param at where this one was. @param rows of it.
 * @param wrong makes the error. @param list its name, where the vendor has several.
 * @throws PayloadError when the rows are those of the page before.
 */
export function pageAfter(
  at: PageCursor,
  rows: readonly unknown[],
  counted: number,
  wrong: (what: string) => PayloadError,
  list?: string,
): string {
  const print = createHash('sha256').update(JSON.stringify(rows)).digest('base64url').slice(0, 12);
  if (print !== at.print) return `${at.page + 1}.${counted}.${print}`;
  const of = list ? ` of ${list}` : '';
  throw wrong(`gave the same rows as page ${at.page - 1} and as page ${at.page}${of}`);
}
