import type { z } from 'zod';
import { mostBatchBytes } from '../enrolments/check-rows';
import { plainWords } from '../plain-words';
import { readBytes } from '../webhooks/read-bytes';
import { type Answer, problem } from './answer';

/** So many are listed; who has more repairs these first. */
export const mostErrors = 200;

interface Refused {
  readonly ok: false;
  readonly answer: Answer;
}
export type Parsed<T> = { readonly ok: true; readonly value: T } | Refused;

/** The host's own, however they are written: the function key, and its name in addresses that Azure's portal gave. */
const ofTheHost = /^(code|clientId)$/i;

/** @returns the first of each name that is the operation's business. */
export const firstOfEach = (query: URLSearchParams): Record<string, string> =>
  Object.fromEntries(
    [...new Set(query.keys())]
      .filter((name) => !ofTheHost.test(name))
      .map((name) => [name, query.get(name) ?? '']),
  );

/** What a query asks for. A name that is given twice is refused: nobody can tell which one is meant. */
export function parseQuery<T>(schema: z.ZodType<T>, query: URLSearchParams): Parsed<T> {
  const asked = firstOfEach(query);
  const twice = Object.keys(asked).filter((name) => query.getAll(name).length > 1);
  return twice.length > 0
    ? wrong(twice.map((field) => ({ field, message: 'is given more than once; give it once' })))
    : parseWith(schema, asked);
}

/** @param value as JSON gave it. */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown): Parsed<T> {
  const parsed = schema.safeParse(value, { error: plainWords });
  if (parsed.success) return { ok: true, value: parsed.data };
  const errors = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((field) => ({ field, message: 'is unknown; take it out' }))
      : [{ field: issue.path.join('.') || 'body', message: issue.message }],
  );
  return wrong(errors);
}

function wrong(errors: readonly { readonly field: string; readonly message: string }[]): Refused {
  const [first] = errors;
  const detail = first && `${first.field}: ${first.message}`;
  return {
    ok: false,
    answer: problem({
      status: 400,
      title: 'The request is wrong',
      detail,
      errors: errors.slice(0, mostErrors),
    }),
  };
}

/** A request's body as it comes in. */
export type Body = AsyncIterable<Uint8Array> | null;

/** @returns all of it, or 413 when it is longer than any request need be. */
export async function wholeBody(body: Body): Promise<Parsed<Buffer>> {
  const bytes = await readBytes(body, mostBatchBytes);
  if (bytes) return { ok: true, value: bytes };
  const title = `The body may have ${mostBatchBytes} bytes at the most`;
  return { ok: false, answer: problem({ status: 413, title, detail: `${title}; send it in parts` }) };
}

/**
 * The JSON that a body holds; an empty one stands for `{}`. What is not UTF-8 is refused: read all the same, names
 * would go on to others with holes in them.
 * @param advice what to do instead, where something else is taken too.
 */
export function jsonOf(bytes: Uint8Array, advice = 'send JSON'): Parsed<unknown> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return {
      ok: false,
      answer: noJson('The body is not UTF-8, as JSON has to be; encode it so, and send it uncompressed'),
    };
  }
  try {
    return { ok: true, value: text.trim() === '' ? {} : JSON.parse(text) };
  } catch {
    return { ok: false, answer: noJson(`The body cannot be read as JSON; ${advice}`) };
  }
}

const noJson = (detail: string) => problem({ status: 400, title: 'The body is not valid JSON', detail });

/** What a body asks for. */
export async function parseBody<T>(schema: z.ZodType<T>, body: Body): Promise<Parsed<T>> {
  const bytes = await wholeBody(body);
  if (!bytes.ok) return bytes;
  const json = jsonOf(bytes.value);
  return json.ok ? parseWith(schema, json.value) : json;
}
