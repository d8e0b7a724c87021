import { rmSync } from 'node:fs';
import type { Azurite } from '../../local/azurite';

export default async function stop(): Promise<void> {
  await (globalThis as { azurite?: Azurite }).azurite?.stop();
  rmSync(process.env.TEST_STORAGE_CLAIMS ?? '', { recursive: true, force: true });
}
