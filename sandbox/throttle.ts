import type { Answer } from './exchange';

/** A budget that is there again, whole, when the next window begins. Windows are counted from 1970. */
export interface WindowBudget {
  readonly requests: number;
  readonly windowMs: number;
}

/** Turns calls away: by so many in any sixty seconds, by name of the bucket; or by a budget a window. */
export class Throttle {
  private readonly calls = new Map<string, number[]>();
  private window = { number: 0, calls: 0 };

  constructor(private readonly now: () => number) {}

  /** @returns the 429 (Retry-After in seconds) when the bucket is full; undefined when the call may go on. */
  check(bucket: string, perMinute: number | undefined): Answer | undefined {
    if (perMinute === undefined) return undefined;
    const now = this.now();
    const recent = (this.calls.get(bucket) ?? []).filter((at) => at > now - 60_000);
    this.calls.set(bucket, recent);
    if (recent.length < perMinute) {
      recent.push(now);
      return undefined;
    }
    return throttled((recent[0] as number) + 60_000 - now);
  }

  /** @returns the 429 (Retry-After in seconds) when the window's budget is used up. */
  checkWindow(budget: WindowBudget | undefined): Answer | undefined {
    if (budget === undefined) return undefined;
    const now = this.now();
    const number = Math.floor(now / budget.windowMs);
    if (this.window.number !== number) this.window = { number, calls: 0 };
    if (this.window.calls >= budget.requests) return throttled((number + 1) * budget.windowMs - now);
    this.window.calls += 1;
    return undefined;
  }
}

function throttled(ms: number): Answer {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  return {
    status: 429,
    headers: { 'Retry-After': String(seconds) },
    body: { detail: `Request was throttled. Expected available in ${seconds} seconds.` },
  };
}
