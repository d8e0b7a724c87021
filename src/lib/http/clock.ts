import { setTimeout as delay } from 'node:timers/promises';

/** Time, handed in so that a test need not wait for it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** @throws the signal's reason as soon as it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: Date.now,
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      // Node rejects with an AbortError of its own; callers want the reason (cancelled, lease lost).
      signal.throwIfAborted();
      throw error;
    }
  },
};
