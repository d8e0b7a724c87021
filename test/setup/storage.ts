import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Storage accounts that the test run's Azurite has: one each for whoever asks. */
export const accounts = Array.from({ length: 1_000 }, (_, i) => `test${i}`);

/** Any key will do; it only signs calls to this machine. */
export const accountKey = Buffer.from('a key for tests on this machine').toString('base64');

/** The connection string of an account that nobody else uses, in this or another test process. */
export async function testStorage(): Promise<string> {
  const claims = process.env.TEST_STORAGE_CLAIMS ?? '';
  const ports = (process.env.TEST_STORAGE_PORTS ?? '').split(',');
  for (const account of accounts) {
    try {
      mkdirSync(join(claims, account));
    } catch {
      continue;
    }
    const endpoint = (name: string, port: string | undefined): string =>
      `${name}Endpoint=http://127.0.0.1:${port}/${account}`;
    return [
      'DefaultEndpointsProtocol=http',
      `AccountName=${account}`,
      `AccountKey=${accountKey}`,
      endpoint('Blob', ports[0]),
      endpoint('Queue', ports[1]),
      endpoint('Table', ports[2]),
    ].join(';');
  }
  throw new Error('All test storage accounts are taken');
}
