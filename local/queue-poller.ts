import { QueueServiceClient, type DequeuedMessageItem } from '@azure/storage-queue';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostLog } from './host-log';
import type { QueueOptions } from './host-json';
import type { InFlight } from './in-flight';
import { handleMessage, visibilitySeconds, type MessageHandling } from './queue-message';

export interface QueuePollerOptions {
  readonly functionName: string;
  readonly connectionString: string;
  readonly queueName: string;
  readonly options: QueueOptions;
  readonly process: MessageHandling['process'];
  readonly log: HostLog;
  /** Holds every message under way, and the receive call, so that a stop can wait for them. */
  readonly inFlight: InFlight;
  /** From then on no more messages are taken. */
  readonly signal: AbortSignal;
  readonly renewEveryMilliseconds?: number;
}

const shortestPause = 100;

/**
 * A queue trigger, as the platform runs it: up to `batchSize` messages at a time, the next batch when no more
 * than `newBatchThreshold` are running, a pause that doubles from 100 ms while the queue is empty. When the
 * storage does not answer it says so once, goes on trying, and says when it is back.
 * @throws Error when the connection string cannot be read
 */
export function startQueuePoller(settings: QueuePollerOptions): void {
  const { functionName, queueName, options, log, inFlight, signal } = settings;
  const service = QueueServiceClient.fromConnectionString(settings.connectionString, {
    retryOptions: { maxTries: 2, retryDelayInMs: 200, tryTimeoutInMs: 30_000 },
  });
  const queue = service.getQueueClient(queueName);
  const poison = queueName.endsWith('-poison') ? undefined : service.getQueueClient(`${queueName}-poison`);
  const handling: MessageHandling = {
    queue,
    poison,
    options,
    process: settings.process,
    log: (message) => log('warning', message, functionName),
    renewEveryMilliseconds: settings.renewEveryMilliseconds,
  };
  let running = 0;
  let slotFree = (): void => undefined;
  signal.addEventListener('abort', () => slotFree(), { once: true });
  let created = false;
  let away = false;

  const handle = async (message: DequeuedMessageItem): Promise<void> => {
    running += 1;
    try {
      await handleMessage(message, handling);
    } catch (error) {
      const reason = (error as Error).message;
      log('error', `A message of ${queueName} could not be settled and comes again: ${reason}`, functionName);
    }
    running -= 1;
    slotFree();
  };

  const receive = async (): Promise<DequeuedMessageItem[]> => {
    if (!created) await queue.createIfNotExists();
    created = true;
    const { receivedMessageItems } = await queue.receiveMessages({
      numberOfMessages: options.batchSize,
      visibilityTimeout: visibilitySeconds,
    });
    if (away) log('information', `The queue ${queueName} answers again`, functionName);
    away = false;
    return receivedMessageItems;
  };

  const loop = async (): Promise<void> => {
    let pause = shortestPause;
    while (!signal.aborted) {
      if (running > options.newBatchThreshold) {
        await new Promise<void>((resolve) => (slotFree = resolve));
        continue;
      }
      let messages: DequeuedMessageItem[] = [];
      try {
        messages = await receive();
      } catch (error) {
        // The queue may be gone with the storage that held it: create it again when the storage is back.
        created = false;
        if (!away) log('warning', unreachable(queueName, error as Error), functionName);
        away = true;
      }
      if (signal.aborted) return release(messages);
      for (const message of messages) void inFlight.run(functionName, () => handle(message));
      if (messages.length > 0) {
        pause = shortestPause;
        continue;
      }
      await sleep(pause, undefined, { signal: signal }).catch(() => undefined);
      pause = Math.min(pause * 2, Math.max(options.maxPollingInterval, shortestPause));
    }
  };

  /** Nobody has begun these: without this they would stay hidden for 10 minutes. */
  const release = async (messages: DequeuedMessageItem[]): Promise<void> => {
    await Promise.allSettled(
      messages.map(({ messageId, popReceipt }) => queue.updateMessage(messageId, popReceipt, undefined, 0)),
    );
  };

  void inFlight.run(`queue ${queueName}`, loop);
}

const unreachable = (queueName: string, error: Error): string => {
  const reason = (error as { code?: string }).code ?? error.message.split('\n')[0];
  return `The queue ${queueName} does not answer (${reason}); trying again until it does`;
};
