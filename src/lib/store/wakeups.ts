import { storageError, type QueueName, type Storage } from './storage';

/** What the queues carry: ids, and nothing that must be kept. */
export type WakeUp =
  | { readonly queue: 'sync-runs'; readonly body: { readonly runId: string } }
  | { readonly queue: 'sync-slices'; readonly body: { readonly runId: string; readonly slice: number } }
  | { readonly queue: 'webhook-events'; readonly body: { readonly eventId: string } }
  | { readonly queue: 'enrolments'; readonly body: { readonly batchId: string } };

/** Sends wake-up calls. They live for ever: a backlog of a week must not vanish. */
export class WakeUps {
  constructor(private readonly storage: Storage) {}

  /** @param delaySeconds how long the message stays hidden; 0 to 604,800. */
  async send(wakeUp: WakeUp, delaySeconds = 0): Promise<void> {
    const text = Buffer.from(JSON.stringify(wakeUp.body), 'utf8').toString('base64');
    try {
      await this.storage.queue(wakeUp.queue satisfies QueueName).sendMessage(text, {
        messageTimeToLive: -1,
        visibilityTimeout: Math.min(604_800, Math.max(0, Math.ceil(delaySeconds))),
      });
    } catch (error) {
      throw storageError(error);
    }
  }
}
