import { randomUUID } from 'node:crypto';
import type { Answer } from '../server';

/** An error as Graph writes it. */
export function refusal(status: number, code: string, message: string): Answer {
  const id = randomUUID();
  return {
    status,
    headers: { 'request-id': id },
    body: { error: { code, message, innerError: { 'request-id': id, 'client-request-id': id } } },
  };
}

export const badRequest = (message: string): Answer => refusal(400, 'badRequest', message);
export const notFound = (message: string): Answer => refusal(404, 'notFound', message);
