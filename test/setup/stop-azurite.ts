import type { Azurite } from '../../local/azurite';

export default async function stop(): Promise<void> {
  await (globalThis as { azurite?: Azurite }).azurite?.stop();
}
