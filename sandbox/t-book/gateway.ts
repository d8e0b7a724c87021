import type { Answer, PocketRequest, PocketServer } from '../server';
import { multipartFields } from './multipart';
import type { TBookState } from './state';

/** As T-book's table of errors has it. */
const codes = {
  400: 'bad_request',
  401: 'unauthorized',
  402: 'request_failed',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
} as const;

export const problem = (status: keyof typeof codes, message: string): Answer => ({
  status,
  body: { error: { code: codes[status], message } },
});

export type Form = readonly (readonly [string, string])[];

export const field = (form: Form, name: string): string | undefined =>
  form.find(([key]) => key === name)?.[1];

const barred = (request: PocketRequest, state: TBookState): Answer | undefined =>
  state.tokens.accepts(request.headers.authorization)
    ? undefined
    : problem(401, 'No valid API key provided.');

export function addGet(
  server: PocketServer,
  state: TBookState,
  path: string,
  answer: (request: PocketRequest) => Answer,
): void {
  server.on('GET', path, (request) => barred(request, state) ?? answer(request));
}

/** A form is multipart, as in every example of the documentation. @param needed the required fields. */
export function addPost(
  server: PocketServer,
  state: TBookState,
  path: string,
  needed: readonly string[],
  answer: (form: Form, request: PocketRequest) => Answer,
): void {
  server.on('POST', path, (request) => {
    const refused = barred(request, state);
    if (refused) return refused;
    const form = multipartFields(request);
    if (!form) return problem(400, 'The body must be a multipart form.');
    const missing = needed.find((name) => !field(form, name));
    return missing ? problem(400, `The parameter ${missing} is missing.`) : answer(form, request);
  });
}
