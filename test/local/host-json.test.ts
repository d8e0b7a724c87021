import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillIn } from '../../local/fill-in';
import { readHostJson } from '../../local/host-json';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'lms-bridge-test-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));
const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);

describe('%NAME%', () => {
  test('is filled in', () => expect(fillIn('%A%-%B%', { A: 'x', B: 'y' })).toBe('x-y'));
  test.each([{}, { A: ' ' }])('that is missing or blank is named', (settings) =>
    expect(() => fillIn('%A%', settings)).toThrow('the setting A is missing'),
  );
});

describe('host.json', () => {
  test('without queues or without the file means the defaults of the platform', () =>
    expect(readHostJson(folder)).toEqual({
      routePrefix: 'api',
      logLevel: 'information',
      queues: {
        batchSize: 16,
        newBatchThreshold: 8,
        maxPollingInterval: 60_000,
        visibilityTimeout: 0,
        maxDequeueCount: 5,
        messageEncoding: 'base64',
      },
    }));

  test('is read with its times', async () => {
    const queues = { maxPollingInterval: '00:00:02.5', visibilityTimeout: '1.01:00:30', batchSize: 3 };
    const logging = { logLevel: { default: 'Debug' } };
    await write(
      'host.json',
      JSON.stringify({ logging, extensions: { queues, http: { routePrefix: '/v1/' } } }),
    );
    expect(readHostJson(folder)).toMatchObject({
      routePrefix: 'v1',
      logLevel: 'debug',
      queues: { maxPollingInterval: 2_500, visibilityTimeout: 90_030_000, newBatchThreshold: 1 },
    });
  });

  test.each([
    ['{"extensions":{"queues":{"batchSize":33}}}', 'batchSize must be a whole number from 1 to 32'],
    ['{"extensions":{"queues":{"visibilityTimeout":30}}}', 'visibilityTimeout must be a time'],
    ['{"extensions":{"queues":{"messageEncoding":"utf8"}}}', 'messageEncoding must be'],
    ['{', 'host.json is not valid JSON'],
  ])('%s is refused', async (text, message) => {
    await write('host.json', text);
    expect(() => readHostJson(folder)).toThrow(message);
  });
});
