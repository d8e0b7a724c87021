import type { Answer, PocketRequest } from '../server';
import { developerError } from './caller';

export interface PageCut {
  readonly page: number;
  readonly pages: number;
  readonly size: number;
  /** Rows `from` up to, not including, `to`. */
  readonly from: number;
  readonly to: number;
}

export interface PageRules {
  readonly defaultSize: number;
  readonly maxSize: number;
  readonly honourPageSize: boolean;
}

/** Cuts as Django's paginator does: sizes above the maximum are lowered, nonsense means the default. */
export function cutPage(query: URLSearchParams, count: number, rules: PageRules): PageCut | undefined {
  const asked = Number(query.get('page_size') ?? '');
  const sized = rules.honourPageSize && Number.isInteger(asked) && asked > 0;
  const size = sized ? Math.min(asked, rules.maxSize) : rules.defaultSize;
  const pages = Math.max(1, Math.ceil(count / size));
  const name = query.get('page') ?? '1';
  const page = name === 'last' ? pages : /^\d+$/.test(name) ? Number(name) : 0;
  if (page < 1 || page > pages) return undefined;
  return { page, pages, size, from: (page - 1) * size, to: Math.min(page * size, count) };
}

export const invalidPage = developerError(404, undefined, 'Invalid page.');

/** The envelope of Open edX's NamespacedPageNumberPagination. */
export function pageAnswer(
  request: PocketRequest,
  cut: PageCut,
  count: number,
  results: readonly unknown[],
  origin: string,
): Answer {
  const link = (page: number): string => {
    const query = new URLSearchParams(request.query);
    if (page === 1) query.delete('page');
    else query.set('page', String(page));
    query.sort();
    const text = query.toString();
    return `${origin}${encodeURI(request.path)}${text ? `?${text}` : ''}`;
  };
  return {
    status: 200,
    body: {
      pagination: {
        count,
        previous: cut.page > 1 ? link(cut.page - 1) : null,
        num_pages: cut.pages,
        next: cut.page < cut.pages ? link(cut.page + 1) : null,
      },
      results,
    },
  };
}
