import { systemClock, type Clock } from './clock';
import type { Gate, CallOutcome, Pass } from './gate';
import { admit, GateQueue } from './gate-queue';
import { leave, openGate, type GateLimits } from './gate-state';
import { longestSleepMs, tooFarAway } from './retry-after';

// A reason of our own: without one, every abort makes an exception with its stack.
const takenOver = 'a later look took over';

export interface MemoryGateOptions {
  /** For messages, e.g. `source openedx`. */
  readonly system: string;
  readonly limits: GateLimits;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** A wait that is longer is a WaitError. Default 60 s. */
  readonly maxWaitMs?: number;
}

/** A gate for one process: first come, first served. */
export function createMemoryGate(options: MemoryGateOptions): Gate {
  const { system, limits, clock = systemClock, random = Math.random, maxWaitMs = longestSleepMs } = options;
  const queue = new GateQueue();
  let state = openGate;
  let tickets = 0;
  let alarm = new AbortController();
  const newTicket = (): string => String(++tickets);

  function pass(ticket: string): Pass {
    return {
      leave: async (outcome: CallOutcome) => {
        state = leave(state, ticket, outcome, clock.now(), random);
        pump();
      },
    };
  }

  function pump(): void {
    alarm.abort(takenOver);
    const asked = admit(state, limits, queue.all(), { now: clock.now(), maxWaitMs, newTicket });
    state = asked.state;
    for (const { waiter, ticket } of asked.granted) waiter.go(pass(ticket));
    for (const { waiter, until } of asked.refused) waiter.fail(tooFarAway(system, until));
    if (queue.size > 0 && asked.held) wakeAt(asked.held.until);
  }

  function wakeAt(time: number): void {
    alarm = new AbortController();
    // An abort means that a later pump took over.
    clock.sleep(Math.max(1, Math.ceil(time - clock.now())), alarm.signal).then(pump, () => undefined);
  }

  return {
    enter(signal, again = false) {
      const entered = queue.wait(signal, again);
      pump();
      return entered;
    },
  };
}
