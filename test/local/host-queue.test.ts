import { QueueServiceClient } from '@azure/storage-queue';
import { randomBytes, randomUUID } from 'node:crypto';
import { freePorts, startAzurite } from '../../local/azurite';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildHost, spawnHost, type HostProcess } from './built-host';
import { eventually } from './eventually';

let built: Awaited<ReturnType<typeof buildHost>>;
beforeAll(async () => (built = await buildHost()));
afterAll(() => built.remove());

interface Seen {
  what: string;
  message: unknown;
  dequeueCount?: number;
  metadata?: Record<string, unknown>;
}
const seen = async (url: string, what: string): Promise<Seen[]> =>
  ((await (await fetch(`${url}/api/seen`)).json()) as Seen[]).filter((event) => event.what === what);

const start = (storage: string, queue: string): Promise<HostProcess> =>
  spawnHost([`${built.folder}/host.js`], {
    PORT: '0',
    'AzureWebJobs.everySecond.Disabled': 'true',
    AzureWebJobsStorage: storage,
    FIXTURE_QUEUE: queue,
  });

const sender = (storage: string, queue: string) => {
  const client = QueueServiceClient.fromConnectionString(storage).getQueueClient(queue);
  return {
    client,
    send: async (text: string): Promise<string> => {
      await client.createIfNotExists();
      return (await client.sendMessage(Buffer.from(text).toString('base64'))).messageId;
    },
  };
};

const storage = (): string => process.env.TEST_STORAGE ?? '';

test('a message is processed once with its metadata, JSON parsed and text untouched', async () => {
  const queue = `q-${randomUUID()}`;
  const { client, send } = sender(storage(), queue);
  const id = await send('{"course":"ü","n":1}');
  const host = await start(storage(), queue);
  await eventually(async () => (await seen(host.url, 'work')).length === 1);
  await send('not {json');
  await send('123');
  const events = await eventually(async () => {
    const all = await seen(host.url, 'work');
    return all.length === 3 && all;
  });
  expect(events[0]?.message).toEqual({ course: 'ü', n: 1 });
  expect(events.map(({ message }) => message)).toEqual(expect.arrayContaining(['not {json', 123]));
  expect(events[0]?.metadata).toMatchObject({
    id,
    dequeueCount: 1,
    popReceipt: expect.any(String) as string,
  });
  await eventually(async () => (await client.getProperties()).approximateMessagesCount === 0);
  await host.end();
});

test('a failing message is tried maxDequeueCount times, then the trigger of -poison gets a copy', async () => {
  const queue = `q-${randomUUID()}`;
  const { client, send } = sender(storage(), queue);
  const host = await start(storage(), queue);
  await send('{"fail":true,"course":7}');
  const [poison] = await eventually(async () => {
    const all = await seen(host.url, 'poison');
    return all.length > 0 && all;
  });
  expect(poison).toMatchObject({ message: { fail: true, course: 7 }, dequeueCount: 1 });
  const attempts = await seen(host.url, 'work');
  expect(attempts.map(({ metadata }) => metadata?.dequeueCount)).toEqual([1, 2, 3]);
  expect((await client.getProperties()).approximateMessagesCount).toBe(0);
  expect(host.output()).toContain(`failed 3 times and goes to ${queue}-poison`);
  await host.end();
});

test('a queue function runs by hand with the text it is given', async () => {
  const host = await start(storage(), `q-${randomUUID()}`);
  const { status } = await fetch(`${host.url}/admin/functions/work`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input: '{"by":"hand"}' }),
  });
  expect(status).toBe(202);
  const [event] = await eventually(async () => {
    const all = await seen(host.url, 'work');
    return all.length > 0 && all;
  });
  expect(event).toMatchObject({ message: { by: 'hand' }, metadata: { dequeueCount: 1 } });
  await host.end();
});

test('storage that goes away is said once, and the triggers go on when it is back', async () => {
  const location = await mkdtemp(join(tmpdir(), 'lms-bridge-test-'));
  const ports = await freePorts(3);
  const queue = `q-${randomUUID()}`;
  const key = randomBytes(64).toString('base64');
  let azurite = await startAzurite({ ports, location, key });
  const host = await start(azurite.connectionString, queue);
  const { send } = sender(azurite.connectionString, queue);
  await send('"before"');
  await eventually(async () => (await seen(host.url, 'work')).length === 1);
  await azurite.stop();
  await host.says(`The queue ${queue} does not answer (ECONNREFUSED); trying again until it does`);
  azurite = await startAzurite({ ports, location, key });
  await send('"after"');
  await eventually(async () => (await seen(host.url, 'work')).some(({ message }) => message === 'after'));
  expect(host.output().split(`The queue ${queue} does not answer`)).toHaveLength(2);
  expect(host.output()).toContain(`The queue ${queue} answers again`);
  await host.end();
  await azurite.stop();
  await rm(location, { recursive: true, force: true });
});

test('a connection string that cannot be read stops the queue functions alone, and is not printed', async () => {
  const host = await start('AccountKey=c2VjcmV0', 'some-queue');
  await host.says('The function work does not run: its connection string cannot be read');
  expect(host.output()).not.toContain('c2VjcmV0');
  expect((await fetch(`${host.url}/api/empty`)).status).toBe(200);
  await host.end();
});
