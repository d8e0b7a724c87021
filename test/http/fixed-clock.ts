import { setTimeout as real } from 'node:timers/promises';
import type { Clock } from '../../src/lib/http/clock';

/** A clock that jumps: whoever sleeps is woken at once, and time has passed. `slept` lists how long each slept. */
export function jumpingClock(
  start = Date.parse('2026-03-01T12:00:00Z'),
): Clock & { readonly slept: number[] } {
  let now = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      slept.push(ms);
      now += ms;
    },
  };
}

export interface ManualClock extends Clock {
  advance(ms: number): Promise<void>;
  /** How many sleep now. */
  sleeping(): number;
}

/** Lets time pass, a few seconds at a time, until some work that really calls other systems is done. */
export async function whileTimePasses<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = work.finally(() => (isDone = true));
  done.catch(() => undefined);
  while (!isDone) {
    await clock.advance(5_000);
    await real(10);
  }
  return done;
}

/** A clock that stands still until `advance`; then it wakes who is due, in order. */
export function manualClock(start = Date.parse('2026-03-01T12:00:00Z')): ManualClock {
  let now = start;
  let sleepers: Array<{ at: number; wake: () => void }> = [];
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => now,
    sleeping: () => sleepers.length,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        const sleeper = { at: now + ms, wake: resolve };
        sleepers.push(sleeper);
        signal.addEventListener('abort', () => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          reject(signal.reason as Error);
        });
      });
    },
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        await settle();
        const next = sleepers.filter((sleeper) => sleeper.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        now = Math.max(now, next.at);
        sleepers = sleepers.filter((other) => other !== next);
        next.wake();
      }
      now = end;
      await settle();
    },
  };
}
