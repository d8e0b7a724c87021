import { z } from 'zod';
import type { App } from '../app';
import type { Answer } from './answer';
import { apiAddress } from './api-address';
import { atTheDoor, toAct } from './door';
import { isForOwnSite, type Operation, registration } from './operations/operation';
import { type Body, firstOfEach, parseBody, type Parsed, parseQuery, parseWith } from './parse';

/** A request, as a host hands it over. */
export interface IncomingRequest {
  readonly method: string;
  readonly url: string;
  /** The parts of the path that the route names. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: { get(name: string): string | null };
  readonly body: Body;
}

type Output<T> = T extends z.ZodType ? z.output<T> : undefined;

/** What a request asks for, by the operation's own schemas. */
export interface ParsedRequest<O extends Operation> {
  readonly parts: Output<O['parts']>;
  readonly query: Output<O['query']>;
  readonly headers: Output<O['headers']>;
  /** Undefined where the work reads it itself. */
  readonly body: O['body'] extends { schema: infer S; raw?: undefined } ? Output<S> : undefined;
  /** The address of the API, such as https://example.com/api. */
  readonly base: string;
  readonly call: IncomingRequest;
}

type Work<O extends Operation> = (app: App, asked: ParsedRequest<O>) => Promise<Answer>;

/** What a function that serves an operation is registered with. @param work gets what the request asks for, parsed. */
export const serve = <O extends Operation>(operation: O, work: Work<O>) => ({
  ...registration(operation),
  handler: (call: IncomingRequest): Promise<Answer> => {
    const answer = (app: App): Promise<Answer> => answerTo(operation, app, call, work);
    return isForOwnSite(operation) ? toAct(call, answer) : atTheDoor(answer);
  },
});

/** Parses a request and has it worked: the first thing that is wrong with it is the answer. */
export async function answerTo<O extends Operation>(
  operation: O,
  app: App,
  call: IncomingRequest,
  work: Work<O>,
): Promise<Answer> {
  const address = parseAddress(operation, call);
  if (!address.ok) return address.answer;
  const headers = parseHeaders(operation, call);
  if (!headers.ok) return headers.answer;
  const body = await bodyOf(operation, call);
  if (!body.ok) return body.answer;
  const base = apiAddress(call.url, operation.path);
  return work(app, {
    ...address.value,
    headers: headers.value,
    body: body.value,
    base,
    call,
  } as ParsedRequest<O>);
}

const nothing = z.strictObject({});

/** What the address asks for, path and query. */
export function parseAddress<O extends Operation>(
  { parts = nothing, query = nothing, access }: O,
  call: Pick<IncomingRequest, 'params' | 'query'>,
): Parsed<Pick<ParsedRequest<O>, 'parts' | 'query'>> {
  const named = parseWith(parts, call.params);
  if (!named.ok) return named;
  // A vendor adds to the address that it was given whatever it likes.
  const asked =
    access === 'vendor' ? parseWith(query, firstOfEach(call.query)) : parseQuery(query, call.query);
  return asked.ok
    ? {
        ok: true,
        value: { parts: named.value, query: asked.value } as Pick<ParsedRequest<O>, 'parts' | 'query'>,
      }
    : asked;
}

function parseHeaders({ headers = nothing }: Operation, call: IncomingRequest): Parsed<unknown> {
  const sent = Object.keys(headers.shape).map((name) => [name, call.headers.get(name) ?? undefined]);
  return parseWith(headers, Object.fromEntries(sent));
}

const bodyOf = async ({ body }: Operation, call: IncomingRequest): Promise<Parsed<unknown>> =>
  body && !body.raw ? parseBody(body.schema, call.body) : { ok: true, value: undefined };
