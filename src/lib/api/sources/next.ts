import { createHash } from 'node:crypto';
import { InputError } from '../../errors';
import { usualLimit } from '../requests';

/** What makes two pages parts of the same list: route, source, filters. */
export type ListParts = readonly (string | undefined)[];

export interface Place {
  /** The source's own cursor; undefined for the first page. */
  readonly cursor: string | undefined;
  /** Rows asked for at a time: places counted in pages of one size mean nothing in those of another. */
  readonly size: number;
}

/**
 * Where a caller is in a list of a source, as opaque text. A list's name goes in as a hash alone, since it may hold
 * an address. The hash is no secret: no cursor of any source holds an address to call, and each source takes
 * nothing but the form that it writes.
 */
export const writeNext = (list: ListParts, { cursor, size }: Place): string =>
  Buffer.from(JSON.stringify([hash(list, cursor, size), size, cursor])).toString('base64url');

/**
 * @param asked as the caller gave them.
 * @throws InputError when `next` is not what this list gave, or `limit` is another than it was.
 */
export function readNext(
  list: ListParts,
  asked: { readonly next?: string | undefined; readonly limit?: number | undefined },
): Place {
  if (asked.next === undefined) return { cursor: undefined, size: asked.limit ?? usualLimit };
  const place = parse(list, asked.next);
  if (!place)
    throw new InputError(
      'next',
      'must be what the page before gave as next, with the same filters; leave it out to start anew',
    );
  if (asked.limit !== undefined && asked.limit !== place.size)
    throw new InputError('limit', `must stay ${place.size} from page to page, or be left out`);
  return place;
}

function parse(list: ListParts, next: string): Place | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(next, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts)) return undefined;
  const [sum, size, cursor] = parts as unknown[];
  if (typeof cursor !== 'string' || typeof size !== 'number' || sum !== hash(list, cursor, size))
    return undefined;
  return { cursor, size };
}

const hash = (list: ListParts, cursor: string | undefined, size: number): string =>
  createHash('sha256')
    .update(JSON.stringify([list.map((part) => part ?? null), cursor, size]))
    .digest('base64url')
    .slice(0, 16);
