import { jsonObject } from '../router';
import type { Answer, PocketRequest, PocketServer } from '../server';
import { academyOperations } from './options';
import type { AcademyState } from './state';

/** As Laravel refuses what it validated. */
export const invalid = (field: string, message: string): Answer => ({
  status: 422,
  body: { message: 'The given data was invalid.', errors: { [field]: [message] } },
});

export const notFound: Answer = { status: 404, body: { message: 'Not Found' } };

/** A parameter of the query is a text; one of the body is what JSON made of it. */
export type Given = Readonly<Record<string, unknown>>;

/** Adds an operation where the options say it is, behind the token. */
export function addOperation(
  server: PocketServer,
  state: AcademyState,
  name: keyof typeof academyOperations,
  answer: (given: Given, request: PocketRequest) => Answer,
): void {
  const { method, path } = academyOperations[name];
  server.on(method, path.replace(/\{(\w+)\}/g, ':$1'), (request) => {
    if (request.headers.authorization !== `Bearer ${state.options.accessToken}`)
      return { status: 401, body: { message: 'Unauthenticated.' } };
    const body = method === 'GET' ? Object.fromEntries(request.query) : jsonObject(request.body);
    if (!body) return { status: 400, body: { message: 'The body is no JSON object.' } };
    return answer({ ...body, ...request.params }, request);
  });
}

/** @returns the 422 for the first that is not there. */
export function lacking(given: Given, ...names: string[]): Answer | undefined {
  const missing = names.find((name) => !Object.hasOwn(given, name) || given[name] === '');
  return missing === undefined ? undefined : invalid(missing, `The ${missing} field is required.`);
}

/** JSON in the query; what it is in a body. */
export function structured(value: unknown): Given {
  if (typeof value !== 'string') return (value ?? {}) as Given;
  try {
    return JSON.parse(value) as Given;
  } catch {
    return {};
  }
}

/** A page as DataTables has it. `recordsFiltered` is the length of the page, as it is in one of the vendor's samples. */
export function pageAnswer<T>(
  given: Given,
  state: AcademyState,
  rows: readonly T[],
  toJson: (row: T) => unknown,
  more: object = {},
): Answer {
  const size = Number(given.page_size);
  const number = Number(given.page_number);
  const refused = lacking(given, 'page_size', 'page_number');
  if (refused) return refused;
  if (!(size >= 1) || !(number >= 1)) return invalid('page_size', 'The page size must be at least 1.');
  const { maxPageSize, honourPage } = state.options;
  const length = Math.min(size, maxPageSize);
  const start = honourPage ? (number - 1) * length : 0;
  const records = rows.slice(start, start + length).map(toJson);
  return {
    status: 200,
    body: { ...more, recordsTotal: rows.length, recordsFiltered: records.length, records },
  };
}
