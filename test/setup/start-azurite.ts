import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAzurite } from '../../local/azurite';
import { accountKey, accounts } from './storage';

/** One real Azurite for the whole test run, on free ports, in a folder that is thrown away; an account a test. */
export default async function start(): Promise<void> {
  // Each process that a test starts would compile all its modules anew.
  process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'lms-bridge-compile-cache');
  const azurite = await startAzurite({
    ports: 'free',
    location: 'temporary',
    accounts: accounts.map((account) => `${account}:${accountKey}`),
  });
  process.env.TEST_STORAGE = azurite.connectionString;
  process.env.TEST_STORAGE_PORTS = azurite.ports.join(',');
  process.env.TEST_STORAGE_CLAIMS = mkdtempSync(join(tmpdir(), 'lms-bridge-claims-'));
  (globalThis as { azurite?: typeof azurite }).azurite = azurite;
}
