import { randomUUID } from 'node:crypto';
import { signer } from '../lib/destinations/sign';
import { InputError, RetryableError } from '../lib/errors';
import type { Secret } from '../lib/settings/secret';

export interface EventToSend {
  /** Where the local host takes events in. */
  readonly url: string;
  readonly type: string;
  readonly courseId: string;
  readonly learner: string | undefined;
  /** Of the source, when its events must be signed. */
  readonly secret: Secret | undefined;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/**
 * Posts one event as a vendor would: its body in the form that Khalibre's calls are taken to have, signed by Standard
 * Webhooks where the source has a secret.
 * @returns what the host answered. @throws InputError for another address than this machine's; RetryableError when nobody answers.
 */
export async function sendEvent({
  url,
  type,
  courseId,
  learner,
  secret,
  now,
  signal,
}: EventToSend): Promise<{ readonly status: number; readonly eventId?: string; readonly detail?: string }> {
  if (!/^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])[:/]/.test(url))
    throw new InputError(
      'url',
      '--url must lead to this machine, such as http://localhost:7071/api/webhooks/khalibre',
    );
  const event = {
    eventType: type,
    courseId,
    ...(learner !== undefined && { learnerEmail: learner }),
    timestamp: new Date(now()).toISOString(),
  };
  const body = Buffer.from(JSON.stringify(event));
  const signed = secret && (await signer(secret, `msg_${randomUUID()}`, body, now).headers(signal));
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...signed },
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
    });
  } catch (error) {
    const { origin } = new URL(url);
    throw new RetryableError(
      `Nobody answers at ${origin}; is npm start running? PORT there is the port here`,
      undefined,
      {
        cause: error,
      },
    );
  }
  const said = (await answer.json().catch(() => ({}))) as {
    eventId?: string;
    detail?: string;
    title?: string;
  };
  return { status: answer.status, eventId: said.eventId, detail: said.detail ?? said.title };
}
