import { utc } from '../domain/time';
import {
  AuthError,
  InputError,
  OddAnswerError,
  PayloadError,
  inputSentence,
  RefusedError,
  RetryableError,
  SettingsError,
  UnsupportedError,
  WaitError,
} from '../errors';

/** An HTTP answer, as the Functions host takes it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

// Answers hold operators' data: no browser, proxy or search engine is to keep or reinterpret them.
const safe = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

export const json = (
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  headers: { ...safe, 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
});

/** An error as RFC 9457 has it. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  /** The field that was wrong, each with what is wrong with it. */
  readonly errors?: readonly Readonly<Record<string, string | number>>[];
}

export const problem = (fault: Problem, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status: fault.status,
  headers: { ...safe, 'content-type': 'application/problem+json; charset=utf-8', ...headers },
  body: JSON.stringify({ type: 'about:blank', ...fault }),
});

/** What a vendor's no is called. */
export const refusalTitles = {
  404: 'Not found at the vendor',
  409: 'The vendor reports a conflict',
  422: 'The vendor refuses',
  502: 'A remote system refused',
} as const;

/** The vendor asks for a pause, and nobody but the caller goes on after it. @param now milliseconds since 1970. */
export const pauseAnswer = (source: string, { until }: WaitError, now: number): Answer =>
  problem(
    {
      status: 503,
      title: 'The source is to be left alone',
      detail: `The source ${source} is to be left alone until ${utc(until)}; send the same again then`,
    },
    { 'retry-after': String(Math.max(1, Math.ceil((until - now) / 1000))) },
  );

/** The answer for whatever was thrown. Unexpected errors give no detail away; they are thrown on, for the log. */
export function answerFor(thrown: unknown): Answer {
  // What is tried again is for the caller what it was: an unusable answer.
  const { cause } = thrown as { readonly cause?: unknown };
  const error = cause instanceof OddAnswerError ? cause : thrown;
  if (error instanceof SettingsError)
    return problem({
      status: 500,
      title: 'The settings are wrong',
      detail: error.message,
      errors: error.problems.map(({ setting, message }) => ({ setting, message })),
    });
  if (error instanceof InputError)
    return problem({
      status: error.status,
      title: error.status === 400 ? 'The request is wrong' : 'The request cannot be honoured',
      detail: inputSentence(error),
      errors: [{ field: error.field, message: error.message }],
    });
  if (error instanceof UnsupportedError)
    return problem({ status: 501, title: 'The source cannot do this', detail: error.message });
  if (error instanceof RetryableError || error instanceof WaitError)
    return problem(
      { status: 503, title: 'Not available now', detail: error.message },
      { 'retry-after': '30' },
    );
  if (error instanceof PayloadError)
    return problem({
      status: 502,
      title: 'A remote system gave an unusable answer',
      detail: error.message,
    });
  if (error instanceof AuthError || error instanceof RefusedError)
    return problem({ status: 502, title: refusalTitles[502], detail: error.message });
  throw error;
}
