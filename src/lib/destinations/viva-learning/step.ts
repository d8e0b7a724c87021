import { z } from 'zod';
import type { Throttled } from '../../http/gate';
import { askedPause, retryAfterMs } from '../../http/retry-after';

/** One request within a batch. */
export interface BatchRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Below the root, encoded. It may hold an address: it stands in no message. */
  readonly url: string;
  readonly body?: object;
}

/** What one step was answered; an error when that was nothing final. */
export type StepAnswer = { readonly status: number; readonly body: unknown } | { readonly error: Error };

/** @see https://learn.microsoft.com/graph/json-batching */
export const mostSteps = 20;

export const batchAnswer = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.number(),
      headers: z.record(z.string(), z.unknown()).nullish(),
      body: z.unknown().optional(),
    }),
  ),
});
export type BatchAnswer = z.output<typeof batchAnswer>;
export type Response = BatchAnswer['responses'][number];

const errorBody = z.object({
  error: z.object({
    code: z.string().optional().catch(undefined),
    message: z.string().optional().catch(undefined),
    innerError: z.object({ 'request-id': z.string().optional() }).optional().catch(undefined),
  }),
});

export interface GraphError {
  readonly code?: string | undefined;
  /** May hold whatever was sent, an address too: it is searched, and never told. */
  readonly message: string;
  /** Names the request for Microsoft's support. */
  readonly requestId?: string | undefined;
}

export function graphError(body: unknown): GraphError {
  const { code, message = '', innerError } = errorBody.safeParse(body).data?.error ?? {};
  const requestId = innerError?.['request-id'];
  return {
    message,
    ...(code !== undefined && /^[\w.-]{1,64}$/.test(code) && { code }),
    ...(requestId !== undefined && /^[\w-]{1,64}$/.test(requestId) && { requestId }),
  };
}

/**
 * The pause that a response asks for: by its header or, as the service of Viva Learning has it, in its message;
 * the longer of them. @param now milliseconds since 1970. @returns undefined when it asks for none.
 */
export function pauseOf({ status, headers, body }: Response, now: number): Throttled | undefined {
  const [, header] =
    Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'retry-after') ?? [];
  const [, minutes] = /retry after (\d{1,4}) minutes?/i.exec(graphError(body).message) ?? [];
  const waits = [
    retryAfterMs(typeof header === 'number' ? String(header) : (header as string | undefined), now),
    minutes === undefined ? undefined : retryAfterMs(String(Number(minutes) * 60), now),
  ].filter((ms) => ms !== undefined);
  return askedPause(status, waits.length === 0 ? undefined : Math.max(...waits));
}

/** Of several responses the longest pause. */
export function longestPause({ responses }: BatchAnswer, now: number): Throttled | undefined {
  const pauses = responses.flatMap((one) => pauseOf(one, now) ?? []);
  return pauses.sort((a, b) => (b.retryAfterMs ?? 0) - (a.retryAfterMs ?? 0))[0];
}
