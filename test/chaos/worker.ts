import { setTimeout as sleep } from 'node:timers/promises';
import { type App, createApp } from '../../src/lib/app';
import { createLogger } from '../../src/lib/log';
import { LeaseStore } from '../../src/lib/store/leases';
import { connectStorage } from '../../src/lib/store/storage';
import { beginRun } from '../../src/lib/sync/run/begin';
import { endRun } from '../../src/lib/sync/run/finish';
import { readRunMessage, readSliceMessage } from '../../src/lib/sync/messages';
import { workLane } from '../../src/lib/sync/run/lane';
import { abandonSlice } from '../../src/lib/sync/run/work-slice';
import { startRun } from '../../src/lib/sync/run/start';
import { sweep } from '../../src/lib/sync/run/sweep';
import { brisk, quickPatience, type WorkerOrders } from './orders';

/*
 * One instance of the app, in a process that tests may kill or pause: it takes messages from the real queues and
 * sweeps all the time. A message it has in hand stays hidden for ten minutes when it dies, as Azure's host has it.
 */

const maxDequeueCount = 5;
const never = new AbortController().signal;
const orders = JSON.parse(process.env.CHAOS_ORDERS ?? '{}') as WorkerOrders;

/** Kills or pauses this process at the step that was ordered, the n-th time it comes by. */
function stepCounter(): (step: string) => Promise<void> {
  let seen = 0;
  return async (step) => {
    process.stdout.write(`step ${step}\n`);
    if (step !== orders.at?.step || ++seen !== (orders.at.nth ?? 1)) return;
    process.stdout.write(`at ${step}\n`);
    process.kill(process.pid, orders.at.signal);
    // A killed process gets no further than this; a paused one goes on from here.
    await sleep(0);
  };
}

function build(): App {
  const storage = connectStorage({
    type: 'connectionString',
    connectionString: process.env.AzureWebJobsStorage ?? '',
  });
  const app = createApp(process.env, {
    leases: new LeaseStore(storage, orders.usualLeases ? {} : brisk),
    patience: quickPatience,
    log: createLogger({ level: 'warn', write: (line) => process.stderr.write(`${line}\n`) }),
    onStep: stepCounter(),
  });
  const openDestination = (id: string) => {
    const destination = app.engine.openDestination(id);
    return { ...destination, limits: { ...destination.limits, deadlineMs: brisk.postMs } };
  };
  return { ...app, engine: { ...app.engine, openDestination } };
}

const { engine, storage } = build();

async function handle(queue: 'sync-runs' | 'sync-slices', message: unknown): Promise<void> {
  if (queue === 'sync-runs') return beginRun(engine, readRunMessage(message), never);
  return workLane(engine, readSliceMessage(message), never);
}

async function giveUp(queue: 'sync-runs' | 'sync-slices', message: unknown): Promise<void> {
  if (queue === 'sync-runs')
    return endRun(engine, readRunMessage(message).runId, 'failed', 'cannot be planned');
  const { runId, slice } = readSliceMessage(message);
  return abandonSlice(engine, runId, slice);
}

async function poll(name: 'sync-runs' | 'sync-slices'): Promise<never> {
  const queue = storage.queue(name);
  let running = 0;
  for (;;) {
    const room = orders.slicesAtOnce - running;
    const { receivedMessageItems: messages } =
      room > 0
        ? await queue.receiveMessages({ numberOfMessages: room, visibilityTimeout: 600 })
        : { receivedMessageItems: [] };
    for (const { messageId, popReceipt, messageText, dequeueCount } of messages) {
      running++;
      const last = dequeueCount > maxDequeueCount;
      const text = Buffer.from(messageText, 'base64').toString('utf8');
      void Promise.resolve()
        .then(() => (last ? giveUp : handle)(name, JSON.parse(text) as unknown))
        .then(() => queue.deleteMessage(messageId, popReceipt))
        .catch(async (error: Error) => {
          process.stderr.write(`${name} ${text}: ${error.message}\n`);
          if (last) process.stdout.write(`set aside a message of ${name}\n`);
          if (last) await queue.deleteMessage(messageId, popReceipt);
          else await queue.updateMessage(messageId, popReceipt, messageText, orders.retrySeconds ?? 1);
        })
        .catch(() => undefined)
        .finally(() => running--);
    }
    if (messages.length === 0) await sleep(40);
  }
}

async function main(): Promise<void> {
  if (orders.start) {
    const { feed, ...options } = orders.start;
    await startRun(engine, feed, options);
  }
  process.stdout.write('started\n');
  void poll('sync-runs');
  void poll('sync-slices');
  for (;;) {
    await sleep(orders.sweepMs ?? 400);
    await sweep(engine).catch((error: Error) => process.stderr.write(`sweep: ${error.message}\n`));
  }
}

void main();
