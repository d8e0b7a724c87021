import type { Pass } from './gate';
import { earliest, enter, type GateDecision, type GateLimits, type GateState } from './gate-state';

/** A call that waits at a gate. */
export interface Waiter {
  readonly go: (pass: Pass) => void;
  readonly fail: (reason: unknown) => void;
}

/** The calls that wait at a gate: first come, first served. Who is let go, fails or aborts is out of it. */
export class GateQueue {
  private readonly waiting: Waiter[] = [];

  get size(): number {
    return this.waiting.length;
  }

  /** @param first goes before all who wait. */
  wait(signal: AbortSignal, first: boolean): Promise<Pass> {
    return new Promise<Pass>((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const out = (): void => {
        const at = this.waiting.indexOf(waiter);
        if (at >= 0) this.waiting.splice(at, 1);
        signal.removeEventListener('abort', abort);
      };
      const waiter: Waiter = {
        go: (pass) => {
          out();
          resolve(pass);
        },
        fail: (reason) => {
          out();
          reject(reason);
        },
      };
      const abort = (): void => waiter.fail(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      if (first) this.waiting.unshift(waiter);
      else this.waiting.push(waiter);
    });
  }

  has(waiter: Waiter): boolean {
    return this.waiting.includes(waiter);
  }

  first(): Waiter | undefined {
    return this.waiting[0];
  }

  /** All who wait now, in their order. */
  all(): Waiter[] {
    return [...this.waiting];
  }
}

/** What a gate's state has in store for those who wait. Nobody was told yet. */
export interface Admission {
  readonly state: GateState;
  readonly granted: readonly { readonly waiter: Waiter; readonly ticket: string }[];
  /** Those whose turn is too far away, and when it would be. */
  readonly refused: readonly { readonly waiter: Waiter; readonly until: number }[];
  /** What holds back the first of those who go on waiting. */
  readonly held: Exclude<GateDecision, { type: 'go' }> | undefined;
}

/** Asks a gate's state for all who wait, in their order. @param maxWaitMs a wait that is longer is refused. */
export function admit(
  state: GateState,
  limits: GateLimits,
  waiting: readonly Waiter[],
  { now, maxWaitMs, newTicket }: { now: number; maxWaitMs: number; newTicket: () => string },
): Admission {
  const granted: { waiter: Waiter; ticket: string }[] = [];
  const refused: { waiter: Waiter; until: number }[] = [];
  let held: Admission['held'];
  let position = 0;
  for (const waiter of waiting) {
    if (held === undefined) {
      const ticket = newTicket();
      const asked = enter(state, limits, ticket, now);
      state = asked.state;
      if (asked.decision.type === 'go') {
        granted.push({ waiter, ticket });
        continue;
      }
      held = asked.decision;
    }
    const until = earliest(state, limits, position++);
    if (until - now > maxWaitMs) refused.push({ waiter, until });
  }
  return { state, granted, refused, held };
}
