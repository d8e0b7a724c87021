import type { z } from 'zod';
import { parseUtc, utc, type Utc } from '../domain/time';
import { OddAnswerError, PayloadError, RefusedError } from '../errors';
import type { RawAnswer } from './exchange';
import type { System } from './target';

export const header = (answer: RawAnswer, name: string): string | undefined => {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

/**
 * The data of a 2xx, or the one sentence that says what else it is.
 * @param body decoded. Of a 204 or 205 there is none, and the schema is asked about `undefined`.
 * @throws OddAnswerError when it is no JSON at all; PayloadError when it is of the wrong shape.
 */
export function readAnswer<T>(
  system: System,
  base: URL,
  answer: RawAnswer,
  body: Buffer,
  schema: z.ZodType<T>,
): T {
  const wrong = (what: string) =>
    new PayloadError(
      `${system.name} answered ${what}; check ${system.baseUrlSetting} (${base.origin}) and the system itself`,
    );
  if (answer.status === 204 || answer.status === 205) {
    const none = schema.safeParse(undefined);
    if (none.success) return none.data;
    throw wrong(`${answer.status} without a body where one is needed`);
  }
  const odd = (what: string) => new OddAnswerError(wrong(what).message, system.name);
  const text = body.toString('utf8').replace(/^\uFEFF/, '');
  if (text.trim() === '') throw odd('an empty body');
  if (isHtml(answer, text)) {
    const login = /<input[^>]+type=["']?password|sign[ -]?in|log[ -]?in/i.test(text.slice(0, 20_000));
    throw odd(login ? 'HTML, a login page it seems, instead of JSON' : 'HTML instead of JSON');
  }
  const parsed = schema.safeParse(parseJson(text, () => odd('text that is not JSON, or cut short')));
  if (parsed.success) return parsed.data;
  throw wrong(`JSON of an unknown shape at ${whereWrong(parsed.error)}`);
}

/** The server's own clock, from the `Date` header. */
export function serverDate(answer: RawAnswer): Utc | undefined {
  const text = header(answer, 'date');
  if (!text) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? parseUtc(text) : utc(ms);
}

/**
 * A redirect is never followed: it would carry credentials, or turn a POST into a GET.
 * @returns the refusal, which names the other host.
 */
export function redirectRefusal(system: System, base: URL, answer: RawAnswer): RefusedError {
  const location = header(answer, 'location') ?? '';
  const target = URL.canParse(location, base.href) ? new URL(location, base.href) : undefined;
  const check = `redirects are not followed; check ${system.baseUrlSetting} (${base.origin})`;
  const start = `${system.name} answered ${answer.status}`;
  if (target && target.origin !== base.origin) {
    const other = `${target.protocol}//${target.host}`;
    return new RefusedError(`${start}, a redirect to ${other}; ${check}`, answer.status, 'redirect');
  }
  if (target && /log-?in|sign-?in|auth|sso|cas\b/i.test(target.pathname)) {
    return new RefusedError(
      `${start}, a redirect to a login page; check ${system.credentialSettings}`,
      answer.status,
      'login',
    );
  }
  return new RefusedError(`${start}, a redirect within the same host; ${check}`, answer.status, 'redirect');
}

/** The system's own short name for why it refused, if its JSON body has one. Never its text. */
export function refusalCode(body: Buffer): string | undefined {
  const fields = (refusalJson(body) ?? {}) as Record<string, unknown>;
  const nested = (fields.error ?? {}) as Record<string, unknown>;
  const candidates = [fields.error_code, fields.error, fields.code, nested.code, nested.error];
  return candidates.find((code): code is string => typeof code === 'string' && /^[\w.-]{1,64}$/.test(code));
}

/** The system's own words for why it refused, as the caller finds and cleans them. */
export function reasonInBody(
  body: Buffer,
  reasonOf: (body: unknown) => string | undefined,
): string | undefined {
  const json = refusalJson(body);
  return json === undefined ? undefined : reasonOf(json);
}

function refusalJson(body: Buffer): unknown {
  if (body.length > 65_536) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function isHtml(answer: RawAnswer, text: string): boolean {
  const type = header(answer, 'content-type') ?? '';
  return /^\s*<(!doctype|html|head|body|\?xml|!--)/i.test(text) || (/html/i.test(type) && /^\s*</.test(text));
}

function parseJson(text: string, wrong: () => Error): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, so it is no cause either.
    throw wrong();
  }
}

/** The place of the first problem as a JSON path, and its kind. Keys that could be data are starred out. */
export function whereWrong(error: z.ZodError): string {
  const issue = error.issues[0];
  const path = (issue?.path ?? []).map((step) =>
    typeof step === 'number' ? `[${step}]` : /^[\w-]{1,64}$/.test(String(step)) ? `.${String(step)}` : '.*',
  );
  const expected = issue?.code === 'invalid_type' ? ` (expected ${issue.expected})` : '';
  return `$${path.join('')}${expected}`;
}
