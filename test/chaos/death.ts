import type { Step } from '../../src/lib/sync/engine';
import { LeaseStore } from '../../src/lib/store/leases';
import type { Storage } from '../../src/lib/store/storage';

export interface Death {
  readonly onStep: (step: Step) => Promise<void>;
  /** Resolves when a worker got there. */
  readonly died: Promise<void>;
  /** Lets what hangs fall, once nothing of it can matter any more: before the storage goes. */
  bury(): void;
}

/** A step that a worker of this process gets to and not beyond, as if it had been killed. */
export function deathAt(step: Step): Death {
  let die = (): void => undefined;
  let bury = (): void => undefined;
  const died = new Promise<void>((resolve) => (die = resolve));
  const hangs = new Promise<void>((_, reject) => (bury = () => reject(new Error('buried'))));
  hangs.catch(() => undefined);
  return {
    onStep: async (at) => {
      if (at !== step) return;
      die();
      await hangs;
    },
    died,
    bury,
  };
}

/** Leases of a worker that is about to die: nobody renews them. */
export const lastLeases = (storage: Storage, ttlMs?: number): LeaseStore =>
  new LeaseStore(storage, { ttlMs, renewMs: 24 * 3_600_000 });
