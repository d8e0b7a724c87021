import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { App } from '../../src/lib/app';
import { postWebhook } from '../../src/lib/api/webhook';
import type { Answer } from '../../src/lib/api/answer';
import { answerFor } from '../../src/lib/api/answer';
import { applyEvent } from '../../src/lib/webhooks/apply-event';

export interface Hook {
  readonly source?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of the address. */
  readonly event?: string;
  /** Sent as JSON; bytes go out as they are. */
  readonly body?: unknown;
}

/** Sends a webhook to the app, as its function does. */
export async function post(
  app: App,
  { source = 'khalibre', method = 'POST', headers = {}, event, body }: Hook,
): Promise<Answer> {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body) ?? '');
  const given = new Headers({ 'content-type': 'application/json', ...headers });
  try {
    return await postWebhook(app, method, {
      source,
      header: (name) => given.get(name),
      event,
      body: new Blob([new Uint8Array(bytes)]).stream(),
    });
  } catch (error) {
    return answerFor(error);
  }
}

/** The id of the event that was taken in. @throws Error when it was not. */
export async function take(
  app: App,
  body: unknown,
  headers?: Readonly<Record<string, string>>,
  source?: string,
): Promise<string> {
  const answer = await post(app, { source, body, headers });
  if (answer.status !== 202) throw new Error(`The webhook was answered with ${answer.status}`);
  return (JSON.parse(answer.body ?? '{}') as { eventId: string }).eventId;
}

/** The headers of a call, signed by the library of Standard Webhooks itself. @param now milliseconds since 1970. */
export function signed(key: Buffer, bytes: Buffer, now: number, id = 'msg_1'): Record<string, string> {
  const at = new Date(now);
  const signature = new Webhook(key.toString('base64')).sign(id, at, bytes.toString('utf8'));
  const timestamp = String(Math.floor(now / 1000));
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
}

/** The same for what that library does not sign: bytes that are no text, or with an empty key. */
export function signedBytes(key: Buffer, bytes: Buffer, now: number, id = 'msg_1'): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(bytes).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac}` };
}

/** Takes the messages that are visible now off the queue and works each. @returns how many there were. */
export async function workQueue(app: App, stop = new AbortController().signal): Promise<number> {
  const queue = app.storage.queue('webhook-events');
  let worked = 0;
  for (;;) {
    const { receivedMessageItems: items } = await queue.receiveMessages({
      numberOfMessages: 32,
      visibilityTimeout: 60,
    });
    if (items.length === 0) return worked;
    for (const item of items) {
      const text = Buffer.from(item.messageText, 'base64').toString('utf8');
      await applyEvent(app.engine, (JSON.parse(text) as { eventId: string }).eventId, stop);
      await queue.deleteMessage(item.messageId, item.popReceipt);
      worked++;
    }
  }
}

/** Works events until none waits that is due, whatever became of their messages; several apps do so at the same time. */
export async function settle(...apps: readonly [App, ...App[]]): Promise<void> {
  const [{ engine }] = apps;
  for (let round = 0; round < 50; round++) {
    const due: string[] = [];
    for (const source of engine.inbox.sources)
      for await (const { eventId, dueAt } of engine.inbox.waiting(source))
        if (dueAt <= engine.now()) due.push(eventId);
    if (due.length === 0) return;
    await Promise.all(
      apps.map(async (app, first) => {
        for (let i = first; i < due.length; i += apps.length)
          await applyEvent(app.engine, due[i] ?? '', new AbortController().signal);
      }),
    );
  }
  throw new Error('Events are due for ever');
}
