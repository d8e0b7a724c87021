import type { Feed } from '../../src/lib/domain/feed';
import { defaultPatience, type Patience, type Step } from '../../src/lib/sync/engine';
import type { StartOptions } from '../../src/lib/sync/run/start';

/** What a worker process is told to do, as JSON in its environment. */
export interface WorkerOrders {
  /** A run to start before anything else. */
  readonly start?: StartOptions & { readonly feed: Feed };
  /** Where to kill (SIGKILL) or pause (SIGSTOP) itself; the first time unless told otherwise. */
  readonly at?: { readonly step: Step; readonly nth?: number; readonly signal: 'SIGKILL' | 'SIGSTOP' };
  readonly slicesAtOnce: number;
  /** Leases of the usual length, for a test in which nobody dies: none is lost because the machine is busy. */
  readonly usualLeases?: boolean;
  readonly sweepMs?: number;
  /** How soon a message that failed comes again (1). */
  readonly retrySeconds?: number;
}

/** Leases that run out within a test's patience. A POST to the sandbox takes milliseconds. */
export const brisk = { ttlMs: 2_000, renewMs: 300, skewMs: 100, postMs: 400 };

export const quickPatience: Patience = {
  ...defaultPatience,
  // A busy machine may lose so short a lease more than once, besides what a test does to it.
  attempts: 12,
  firstDelayMs: 50,
  longestDelayMs: 200,
  cancelPollMs: 200,
};
