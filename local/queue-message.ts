import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TypedData } from './core-types';
import type { QueueOptions } from './host-json';
import type { Trigger } from './invocation';

/** The platform takes a message for 10 minutes and renews that at half the time while its function runs. */
export const visibilitySeconds = 600;
const renewEvery = (visibilitySeconds / 2) * 1_000;

export interface MessageHandling {
  readonly queue: QueueClient;
  /** Where messages go that cannot be processed. Missing for a poison queue itself. */
  readonly poison: QueueClient | undefined;
  readonly options: QueueOptions;
  /** Runs the function. What it throws counts as the message's failure. */
  readonly process: (trigger: Trigger) => Promise<void>;
  readonly log: (message: string) => void;
  readonly renewEveryMilliseconds?: number;
}

/** Takes one received message to its end: processed and deleted, given back for a later attempt, or poison. */
export async function handleMessage(
  message: DequeuedMessageItem,
  { queue, poison, options, process, log, renewEveryMilliseconds = renewEvery }: MessageHandling,
): Promise<void> {
  let receipt = message.popReceipt;
  const text = decode(message.messageText, options.messageEncoding);
  if (poison && text === undefined) return discard('is not base64');
  // Left over from a host that died during the last attempt.
  if (poison && message.dequeueCount > options.maxDequeueCount) return discard('was tried too often');

  const ended = new AbortController();
  const renewal = renew();
  let failed = false;
  try {
    await process(trigger(message, text ?? message.messageText, queue.name));
  } catch {
    failed = true;
  }
  ended.abort();
  // A renewal on its way changes the receipt that the next call needs.
  await renewal;
  if (!failed) await queue.deleteMessage(message.messageId, receipt);
  else if (!poison)
    return; // Stays hidden for the rest of the 10 minutes, or it would go round and round.
  else if (message.dequeueCount >= options.maxDequeueCount)
    await discard(`failed ${message.dequeueCount} times`);
  else
    await queue.updateMessage(
      message.messageId,
      receipt,
      undefined,
      Math.ceil(options.visibilityTimeout / 1_000),
    );

  async function renew(): Promise<void> {
    for (;;) {
      try {
        await sleep(renewEveryMilliseconds, undefined, { signal: ended.signal });
      } catch {
        return;
      }
      try {
        const renewed = await queue.updateMessage(message.messageId, receipt, undefined, visibilitySeconds);
        receipt = renewed.popReceipt ?? receipt;
      } catch (error) {
        log(`A message of ${queue.name} could not be kept hidden: ${(error as Error).message}`);
      }
    }
  }

  async function discard(why: string): Promise<void> {
    if (!poison) return;
    log(`A message of ${queue.name} ${why} and goes to ${poison.name}`);
    await poison.createIfNotExists();
    await poison.sendMessage(message.messageText);
    await queue.deleteMessage(message.messageId, receipt);
  }
}

function decode(text: string, encoding: QueueOptions['messageEncoding']): string | undefined {
  if (encoding === 'none') return text;
  const compact = text.replace(/\s/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) return undefined;
  return Buffer.from(compact, 'base64').toString('utf8');
}

const json = (value: unknown): TypedData => ({ json: JSON.stringify(value) });

function trigger(message: DequeuedMessageItem, text: string, queueName: string): Trigger {
  return {
    data: { string: text },
    metadata: {
      QueueTrigger: { string: text },
      QueueName: json(queueName),
      DequeueCount: json(message.dequeueCount),
      Id: json(message.messageId),
      PopReceipt: json(message.popReceipt),
      InsertionTime: json(message.insertedOn),
      ExpirationTime: json(message.expiresOn),
      NextVisibleTime: json(message.nextVisibleOn),
    },
  };
}

/** What a function gets when an operator runs it by hand: no queue stands behind it. */
export function manualTrigger(text: string, queueName: string, id: string): Trigger {
  const now = new Date();
  return trigger(
    {
      messageText: text,
      messageId: id,
      popReceipt: '',
      dequeueCount: 1,
      insertedOn: now,
      expiresOn: now,
      nextVisibleOn: now,
    },
    text,
    queueName,
  );
}
