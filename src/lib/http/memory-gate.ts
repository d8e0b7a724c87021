import { WaitError } from '../errors';
import { systemClock, type Clock } from './clock';
import type { Gate, Outcome, Pass } from './gate';
import { earliest, enter, leave, openGate, type GateLimits } from './gate-state';

export interface MemoryGateOptions {
  /** For messages, e.g. `source openedx`. */
  readonly system: string;
  readonly limits: GateLimits;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** A wait that is longer is a WaitError. Default 60 s. */
  readonly maxWaitMs?: number;
}

interface Waiter {
  readonly go: (pass: Pass) => void;
  readonly fail: (reason: unknown) => void;
}

/** A gate for one process: first come, first served. */
export function createMemoryGate(options: MemoryGateOptions): Gate {
  const { system, limits, clock = systemClock, random = Math.random, maxWaitMs = 60_000 } = options;
  let state = openGate;
  let tickets = 0;
  let alarm = new AbortController();
  const queue = new Set<Waiter>();

  function pass(ticket: string): Pass {
    return {
      leave: async (outcome: Outcome) => {
        state = leave(state, ticket, outcome, clock.now(), random);
        pump();
      },
    };
  }

  function tooLong(until: number): WaitError {
    const at = new Date(until).toISOString().slice(0, 19);
    return new WaitError(`${system} is to be left alone until ${at}Z; the work goes on then`, until);
  }

  function pump(): void {
    alarm.abort();
    let position = 0;
    let wake: number | undefined;
    for (const waiter of queue) {
      const now = clock.now();
      if (wake === undefined) {
        const ticket = String(++tickets);
        const asked = enter(state, limits, ticket, now);
        state = asked.state;
        if (asked.decision.type === 'go') {
          queue.delete(waiter);
          waiter.go(pass(ticket));
          continue;
        }
        wake = asked.decision.until;
      }
      const until = earliest(state, limits, position++);
      if (until - now <= maxWaitMs) continue;
      queue.delete(waiter);
      waiter.fail(tooLong(until));
    }
    if (queue.size > 0 && wake !== undefined) wakeAt(wake);
  }

  function wakeAt(time: number): void {
    alarm = new AbortController();
    // An abort means that a later pump took over.
    clock.sleep(Math.max(1, Math.ceil(time - clock.now())), alarm.signal).then(pump, () => undefined);
  }

  return {
    enter(signal) {
      return new Promise<Pass>((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason as Error);
          return;
        }
        const abort = (): void => waiter.fail(signal.reason);
        const waiter: Waiter = {
          go: (granted) => {
            signal.removeEventListener('abort', abort);
            resolve(granted);
          },
          fail: (reason) => {
            queue.delete(waiter);
            signal.removeEventListener('abort', abort);
            reject(reason as Error);
          },
        };
        signal.addEventListener('abort', abort, { once: true });
        queue.add(waiter);
        pump();
      });
    },
  };
}
