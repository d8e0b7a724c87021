import type { App } from '../app';
import { takeIn, type WebhookCall } from '../webhooks/intake';
import { type Answer, json, problem } from './answer';

/** A vendor's event. @throws RetryableError (503, Retry-After) when it could not be kept. */
export async function postWebhook(app: App, method: string, call: WebhookCall): Promise<Answer> {
  if (method !== 'POST')
    return problem({ status: 405, title: 'A webhook is sent with POST' }, { allow: 'POST' });
  const intake = await takeIn(app.engine, call);
  return intake.status === 202 ? json(202, { eventId: intake.eventId }) : problem(intake);
}
