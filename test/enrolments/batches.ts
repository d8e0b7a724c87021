import type { App } from '../../src/lib/app';
import { getBatch, type RowView } from '../../src/lib/api/enrolment-batches';
import { batchQuery } from '../../src/lib/api/requests';
import type { BatchCounts } from '../../src/lib/domain/enrolment-batch';
import { workBatch } from '../../src/lib/enrolments/work-batch';
import { bodyOf, send, type Sending } from '../api/send-enrolments';

export interface Seen {
  readonly state: string;
  readonly counts: BatchCounts;
  readonly results: readonly RowView[];
  readonly next?: string;
}

/** A batch as the API shows it. */
export const seen = async (app: App, batchId: string, query: Record<string, string> = {}): Promise<Seen> =>
  bodyOf<Seen>(await getBatch(app, batchId, batchQuery.parse(query)));

/** Sends a batch. @returns its id. @throws Error when it was not taken. */
export async function sendBatch(app: App, body: unknown, sending: Sending = {}): Promise<string> {
  const answer = await send(app, body, sending);
  if (answer.status !== 202) throw new Error(`The batch was answered with ${answer.status}: ${answer.body}`);
  return bodyOf<{ batchId: string }>(answer).batchId;
}

/** Takes the messages that are visible now off the queue. @returns their bodies. */
export async function takeMessages(app: App): Promise<{ batchId: string }[]> {
  const queue = app.storage.queue('enrolments');
  const bodies: { batchId: string }[] = [];
  for (;;) {
    const { receivedMessageItems: items } = await queue.receiveMessages({ numberOfMessages: 32 });
    if (items.length === 0) return bodies;
    for (const item of items) {
      bodies.push(JSON.parse(Buffer.from(item.messageText, 'base64').toString('utf8')) as never);
      await queue.deleteMessage(item.messageId, item.popReceipt);
    }
  }
}

/** Works what the queue's visible messages ask for, until there are none. @returns how many there were. */
export async function workMessages(app: App, stop = new AbortController().signal): Promise<number> {
  let worked = 0;
  for (;;) {
    const messages = await takeMessages(app);
    if (messages.length === 0) return worked;
    for (const { batchId } of messages) {
      await workBatch(app.engine, batchId, stop);
      worked++;
    }
  }
}
