import { createHmac, randomUUID } from 'node:crypto';
import type { KhEvent } from './events';
import type { WebhookShape, WebhookTarget } from './options';

/** One call of the webhook. */
export interface SentWebhook {
  readonly event: KhEvent;
  /** 0 when there was no answer. */
  readonly status: number;
}

/** Posts events to the webhook, in order, once each: whether the real one tries again is not published. */
export class WebhookSender {
  readonly sent: SentWebhook[] = [];
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly target: () => WebhookTarget | undefined,
    private readonly now: () => number,
  ) {}

  send(event: KhEvent): void {
    const target = this.target();
    if (target) this.last = this.last.then(() => this.post({ ...target }, event));
  }

  /** Ends when all that was to be sent was answered. */
  async settled(): Promise<void> {
    for (let seen: unknown; seen !== this.last;) {
      seen = this.last;
      await this.last;
    }
  }

  private async post({ url, secret, shape = 'flat' }: WebhookTarget, event: KhEvent): Promise<void> {
    const { headers, body } = webhookOf(event, shape, this.now());
    const signed = secret === undefined ? {} : signature(secret, body, this.now());
    let status = 0;
    try {
      const answer = await fetch(url, {
        method: 'POST',
        body,
        headers: { 'Content-Type': 'application/json', ...headers, ...signed },
        redirect: 'manual',
        signal: AbortSignal.timeout(10_000),
      });
      await answer.arrayBuffer();
      ({ status } = answer);
    } catch {
      // Told as status 0: nobody listens there, or not in time.
    }
    this.sent.push({ event, status });
    if (this.sent.length > 2000) this.sent.splice(0, 1000);
  }
}

/** The call as it goes out, in one of the likely shapes. `opaque` names nothing. */
export function webhookOf(
  event: KhEvent,
  shape: WebhookShape,
  now: number,
): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const { type, courseId, learnerEmail, community } = event;
  const at = new Date(now).toISOString();
  const content = (): { headers?: Record<string, string>; body: object } => {
    switch (shape) {
      case 'flat':
        return { body: { eventType: type, courseId, learnerEmail, community, timestamp: at } };
      case 'snake':
        return { body: { event_type: type, classId: courseId, emailAddress: learnerEmail, community } };
      case 'data':
        return { body: { type, timestamp: at, data: { courseId, emailAddress: learnerEmail, community } } };
      case 'course':
        return { body: { event: type, course: { courseId }, learnerEmail, community } };
      case 'header':
        return { headers: { 'X-Event-Type': type }, body: { courseId, learnerEmail, community } };
      case 'opaque':
        return { body: { result: 'notified', success: true } };
    }
  };
  const { headers = {}, body } = content();
  return { headers, body: JSON.stringify(body) };
}

/**
 * The headers of Standard Webhooks: `v1,` and the HMAC-SHA256 of `id.timestamp.body`.
 * @param secret `whsec_` and the key in base64. @param now milliseconds since 1970.
 */
function signature(secret: string, body: string, now: number): Record<string, string> {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const id = `msg_${randomUUID()}`;
  const timestamp = String(Math.floor(now / 1000));
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac}` };
}
