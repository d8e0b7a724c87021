import { QueueServiceClient, type QueueClient } from '@azure/storage-queue';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueOptions } from '../../local/host-json';
import { InFlight } from '../../local/in-flight';
import type { Trigger } from '../../local/invocation';
import { startQueuePoller } from '../../local/queue-poller';
import { eventually } from './eventually';

const connectionString = process.env.TEST_STORAGE ?? '';
const service = QueueServiceClient.fromConnectionString(connectionString);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const usual: QueueOptions = {
  batchSize: 4,
  newBatchThreshold: 2,
  maxPollingInterval: 400,
  visibilityTimeout: 0,
  maxDequeueCount: 2,
  messageEncoding: 'base64',
};

let stopping: AbortController;
let inFlight: InFlight;
let lines: string[];
beforeEach(() => {
  stopping = new AbortController();
  inFlight = new InFlight();
  lines = [];
});
afterEach(async () => {
  stopping.abort();
  expect(await inFlight.drain(5_000)).toEqual([]);
});

async function newQueue(name = `p-${randomUUID()}`): Promise<QueueClient> {
  const queue = service.getQueueClient(name);
  await queue.create();
  return queue;
}

const poll = (
  queueName: string,
  process: (trigger: Trigger) => Promise<void>,
  { renewEveryMilliseconds, ...options }: Partial<QueueOptions> & { renewEveryMilliseconds?: number } = {},
): void =>
  startQueuePoller({
    functionName: 'fn',
    connectionString,
    queueName,
    options: { ...usual, ...options },
    process,
    log: (_, message) => lines.push(message),
    inFlight,
    signal: stopping.signal,
    renewEveryMilliseconds,
  });

const count = async (queue: QueueClient): Promise<number> =>
  (await queue.getProperties()).approximateMessagesCount ?? 0;

test('never more than batchSize + newBatchThreshold run at once, and a slow one does not hold up the rest', async () => {
  const queue = await newQueue();
  for (let index = 0; index < 30; index += 1) await queue.sendMessage(base64(`m${index}`));
  let running = 0;
  let most = 0;
  let done = 0;
  let letSlowGo = (): void => undefined;
  const slow = new Promise<void>((resolve) => (letSlowGo = resolve));
  poll(queue.name, async ({ data }) => {
    running += 1;
    most = Math.max(most, running);
    await (data.string === 'm0' ? slow : sleep(30));
    running -= 1;
    done += 1;
  });
  await eventually(() => done === 29);
  letSlowGo();
  await eventually(() => done === 30);
  expect(most).toBeLessThanOrEqual(6);
  expect(most).toBeGreaterThan(2);
});

test('creates its queue', async () => {
  const queue = service.getQueueClient(`p-${randomUUID()}`);
  poll(queue.name, async () => undefined);
  await eventually(() => queue.exists());
});

test('a message is kept hidden while its function runs longer than the renewal, then deleted', async () => {
  const queue = await newQueue();
  await queue.sendMessage(base64('long'));
  let runs = 0;
  let receipt: unknown;
  poll(
    queue.name,
    async ({ metadata }) => {
      runs += 1;
      receipt = JSON.parse(metadata?.PopReceipt?.json ?? 'null');
      await sleep(500);
    },
    { renewEveryMilliseconds: 100 },
  );
  await eventually(() => runs === 1);
  await eventually(async () => (await count(queue)) === 0);
  expect(typeof receipt).toBe('string');
  expect(runs).toBe(1);
  expect(lines).toEqual([]);
});

test('a message that is not base64 goes to -poison unread', async () => {
  const queue = await newQueue();
  const poison = service.getQueueClient(`${queue.name}-poison`);
  await queue.sendMessage('{plain}');
  const texts: unknown[] = [];
  poll(queue.name, async ({ data }) => void texts.push(data.string));
  await eventually(async () => (await poison.exists()) && (await count(poison)) === 1);
  expect((await poison.peekMessages()).peekedMessageItems[0]?.messageText).toBe('{plain}');
  expect(texts).toEqual([]);
});

test('with messageEncoding none the text is taken as it is', async () => {
  const queue = await newQueue();
  await queue.sendMessage('{"plain":true}');
  const texts: unknown[] = [];
  poll(queue.name, async ({ data }) => void texts.push(data.string), { messageEncoding: 'none' });
  await eventually(() => texts.length === 1);
  expect(texts).toEqual(['{"plain":true}']);
});

test('after a failure the message comes back when visibilityTimeout is over, not before', async () => {
  const queue = await newQueue();
  await queue.sendMessage(base64('again'));
  const at: number[] = [];
  poll(
    queue.name,
    async () => {
      at.push(Date.now());
      if (at.length === 1) throw new Error('first');
    },
    { visibilityTimeout: 2_000 },
  );
  await eventually(() => at.length === 2);
  expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThan(1_800);
});

test('a message that fails in a -poison queue stays hidden and makes no further queue', async () => {
  const queue = await newQueue(`p-${randomUUID()}-poison`);
  await queue.sendMessage(base64('bad'));
  let runs = 0;
  poll(queue.name, async () => {
    runs += 1;
    throw new Error('always');
  });
  await eventually(() => runs === 1);
  // Longer than the longest pause between two looks.
  await sleep(1_000);
  expect(runs).toBe(1);
  expect(await service.getQueueClient(`${queue.name}-poison`).exists()).toBe(false);
});

test('a message whose last attempt died with its host goes to -poison without another run', async () => {
  const queue = await newQueue();
  const poison = service.getQueueClient(`${queue.name}-poison`);
  await queue.sendMessage(base64('dead'));
  for (let attempt = 0; attempt < usual.maxDequeueCount; attempt += 1) {
    const [message] = (await queue.receiveMessages()).receivedMessageItems;
    if (message) await queue.updateMessage(message.messageId, message.popReceipt, undefined, 0);
  }
  let runs = 0;
  poll(queue.name, async () => void (runs += 1));
  await eventually(async () => (await poison.exists()) && (await count(poison)) === 1);
  expect(runs).toBe(0);
  expect(await count(queue)).toBe(0);
});

test('the storage queue that vanishes is created again', async () => {
  const queue = await newQueue();
  const texts: unknown[] = [];
  poll(queue.name, async ({ data }) => void texts.push(data.string));
  await queue.delete();
  await eventually(() => queue.exists());
  await queue.sendMessage(base64('new'));
  await eventually(() => texts.length === 1);
});
