import type { Answer, PocketRequest, PocketServer } from '../server';
import type { KhalibreState } from './state';

/** As Liferay says what was wrong. */
export const problem = (status: number, name: string, title: string): Answer => ({
  status,
  body: { status: name, title },
});

/** Adds an action under both versions of the path, behind the token. */
export function addAction(
  server: PocketServer,
  state: KhalibreState,
  action: { readonly method: string; readonly path: string },
  answer: (request: PocketRequest, version: string) => Answer,
): void {
  for (const version of ['v1.0', 'v1.1']) {
    server.on(action.method, `/o/kh-gateway/lms/${version}${action.path}`, (request) => {
      if (state.tokens.accepts(request.headers.authorization)) return answer(request, version);
      return {
        status: 401,
        headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
        body: { status: 'UNAUTHORIZED', title: 'The token is expired, revoked or unknown.' },
      };
    });
  }
}

/** A page of Liferay: an empty list has one page, and a page past the end is the last one's successor: empty. */
export function pageAnswer<T>(
  request: PocketRequest,
  state: KhalibreState,
  rows: readonly T[],
  toJson: (row: T) => unknown,
): Answer {
  const { defaultPageSize, maxPageSize, honourPage } = state.options;
  const page = honourPage ? number(request, 'page', 1) : 1;
  const asked = number(request, 'pageSize', defaultPageSize);
  if (page === undefined || asked === undefined) {
    return problem(400, 'BAD_REQUEST', 'page and pageSize must be positive numbers');
  }
  const pageSize = Math.min(asked, maxPageSize);
  const lost = page === state.options.emptyCoursePage && request.path.endsWith('/courses');
  return {
    status: 200,
    body: {
      actions: {},
      facets: [],
      items: lost ? [] : rows.slice((page - 1) * pageSize, page * pageSize).map(toJson),
      lastPage: Math.max(1, Math.ceil(rows.length / pageSize)),
      page,
      pageSize,
      totalCount: rows.length,
    },
  };
}

function number(request: PocketRequest, name: string, otherwise: number): number | undefined {
  const text = request.query.get(name);
  if (text === null) return otherwise;
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
