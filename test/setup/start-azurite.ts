import { startAzurite } from '../../local/azurite';

/** One real Azurite for the whole test run, on free ports, in a folder that is thrown away. */
export default async function start(): Promise<void> {
  const azurite = await startAzurite({ ports: 'free', location: 'temporary' });
  process.env.TEST_STORAGE = azurite.connectionString;
  (globalThis as { azurite?: typeof azurite }).azurite = azurite;
}
