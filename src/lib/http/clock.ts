import { setTimeout as delay } from 'node:timers/promises';

/** Time, handed in so that a test need not wait for it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * @param options.ref false: the process may end meanwhile.
   * @throws the signal's reason as soon as it aborts.
   */
  sleep(ms: number, signal: AbortSignal, options?: { readonly ref?: boolean }): Promise<void>;
}

export const systemClock: Clock = {
  now: Date.now,
  async sleep(ms, signal, { ref = true } = {}) {
    try {
      await delay(ms, undefined, { signal, ref });
    } catch (error) {
      // Node rejects with an AbortError of its own; callers want the reason (cancelled, lease lost).
      signal.throwIfAborted();
      throw error;
    }
  },
};
