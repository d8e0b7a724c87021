import type { App } from '../../src/lib/app';
import { systemClock } from '../../src/lib/http/clock';
import { isEnded, type Run } from '../../src/lib/domain/run';
import type { AppOverrides } from '../../src/lib/app';
import { planRun } from '../../src/lib/sync/run/plan';
import { workSlice } from '../setup/one-slice';
import type { Bridge } from '../setup/bridge';

const never = new AbortController().signal;

/** Asks for a pause of two minutes, once, after so many good answers. */
export const pauseAfter = (skip: number, path: string) => ({
  rate: 1,
  kinds: ['429-seconds' as const],
  retryAfterSeconds: 120,
  paths: [path],
  skip,
  count: 1,
});

export interface Goes {
  /** Before each go, from 1: what the systems will say. */
  readonly before?: (go: number, run: Run) => void | Promise<void>;
  readonly overrides?: AppOverrides;
  /** Stops when so many were made, whether or not the run has ended. */
  readonly most?: number;
}

/**
 * Works a run as a host does that comes by when something is due: each go is another instance's, and between two of
 * them the clock leaps to when the next is due.
 */
export class GoByGo {
  #ahead = 0;
  goes = 0;
  readonly now = (): number => Date.now() + this.#ahead;

  constructor(private readonly bridge: Bridge) {}

  app(overrides: AppOverrides = {}): App {
    const clock = { ...systemClock, now: this.now };
    return this.bridge.another({ now: this.now, clock, ...overrides });
  }

  leap(ms: number): void {
    this.#ahead += ms;
  }

  async work(runId: string, { before, overrides, most = 60 }: Goes = {}): Promise<Run> {
    const { runs } = this.bridge.app.engine;
    for (let left = most; ; left--) {
      const run = (await runs.read(runId)) as Run;
      if (isEnded(run) || left === 0) return run;
      await before?.(++this.goes, run);
      const { engine } = this.app(overrides);
      if (!run.planId) await planRun(engine, runId, never);
      for await (const { number, dueAt } of runs.slices(run, 'pending'))
        if (dueAt <= this.now()) await workSlice(engine, runId, number, never);
      await this.#passTime(runId);
    }
  }

  /** Until the pauses are over. */
  async #passTime(runId: string): Promise<void> {
    const { app, sandbox } = this.bridge;
    sandbox.openEdx.server.faults.set();
    const run = (await app.engine.runs.read(runId)) as Run;
    let next = run.planId ? Infinity : run.planDueAt;
    for await (const { dueAt } of app.engine.runs.slices(run, 'pending')) next = Math.min(next, dueAt);
    if (next < Infinity) this.#ahead += Math.max(0, next - this.now());
  }
}
