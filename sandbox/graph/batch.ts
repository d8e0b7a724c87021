import { z } from 'zod';
import type { Answer } from '../server';
import { badRequest } from './refusal';

const mostSteps = 20;

const payload = z.object({
  requests: z.array(
    z.object({
      id: z.string().min(1),
      method: z.enum(['GET', 'POST', 'PATCH', 'DELETE', 'PUT']),
      url: z.string().startsWith('/'),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.unknown().optional(),
    }),
  ),
});

/** `POST /$batch`: up to 20 requests, each answered by itself, in an order of its own. */
export function batch(
  posted: unknown,
  answer: (method: string, url: string, body: unknown) => Answer,
): Answer {
  const parsed = payload.safeParse(posted);
  if (!parsed.success) return badRequest('Invalid batch payload format.');
  const { requests } = parsed.data;
  if (requests.length > mostSteps)
    return badRequest(`Number of batch request steps exceeds the maximum value of ${mostSteps}.`);
  if (new Set(requests.map(({ id }) => id)).size < requests.length)
    return badRequest('Request Id duplicated in batch request.');
  const responses = requests.map(({ id, method, url, headers, body }) => ({
    id,
    ...stepAnswer(
      body !== undefined && !isJson(headers)
        ? badRequest('Write request id does not contain Content-Type header or body.')
        : answer(method, url, body),
    ),
  }));
  // Order is promised to nobody.
  return { status: 200, body: { responses: responses.toReversed() } };
}

const isJson = (headers: Readonly<Record<string, string>> = {}): boolean =>
  Object.entries(headers).some(
    ([name, value]) => name.toLowerCase() === 'content-type' && value.startsWith('application/json'),
  );

const stepAnswer = ({ status, headers = {}, body }: Answer): Answer => ({
  status,
  headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
  ...(body === undefined ? {} : { body }),
});
