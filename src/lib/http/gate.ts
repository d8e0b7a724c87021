/**
 * One gate a remote system: every call passes it. It holds all calls back while the system asks for a pause,
 * keeps to a rate, and bounds the calls in flight. Implemented in memory (`memory-gate.ts`) and, shared by all
 * instances, on Table Storage (`store/shared-gate.ts`).
 */
export interface Gate {
  /**
   * Waits until a call may leave.
   * @param again for a call that was throttled: it goes before those that have not left yet, so that it does not
   * queue anew after every refusal.
   * @throws WaitError when that is more than a minute away; the signal's reason when it aborts.
   */
  enter(signal: AbortSignal, again?: boolean): Promise<Pass>;
}

export interface Pass {
  /** To be called once, when the answer is in or the call failed. */
  leave(outcome: CallOutcome): Promise<void>;
}

export type CallOutcome =
  | { readonly type: 'ok' }
  | Throttled
  /** Any other failure: says nothing about throttling. */
  | { readonly type: 'failed' };

/** 429, or 403 or 503 with Retry-After. */
export interface Throttled {
  readonly type: 'throttled';
  /** Undefined when the answer named no time. */
  readonly retryAfterMs: number | undefined;
  /** What the system answered, for people: `429 with Retry-After`. */
  readonly why?: string;
}
