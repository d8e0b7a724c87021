import { randomBytes } from 'node:crypto';
import type { Feed } from '../../domain/feed';
import {
  noChanges,
  noCounts,
  type Run,
  type RunMode,
  type RunRequest,
  type RunTrigger,
} from '../../domain/run';
import { utc, type Utc } from '../../domain/time';
import { makeRunId } from '../../store/run-rows';
import type { Engine } from '../engine';
import { takeTurn } from './turn';

export interface StartOptions {
  readonly mode?: RunMode;
  readonly trigger: RunTrigger;
  readonly dryRun?: boolean;
  readonly request?: RunRequest;
  /** A timer's tick: the run's id is made of it, so that a timer that fires twice starts one run. */
  readonly tick?: Utc;
  /** The caller begins the run itself (see begin.ts): no wake-up call is sent. The sweep sends one if it dies. */
  readonly here?: boolean;
}

/**
 * Starts a run of a feed: writes it down, and plans it when it is the feed's turn.
 * @returns the run; one that another call started for the same tick, when there is one.
 */
export async function startRun(engine: Engine, feed: Feed, options: StartOptions): Promise<Run> {
  const now = utc(engine.now());
  const runId = makeRunId(
    feed,
    options.tick ?? now,
    options.tick ? undefined : randomBytes(3).toString('hex'),
  );
  const dryRun = options.dryRun ?? false;
  const run: Run = {
    runId,
    ...feed,
    mode: options.mode ?? 'incremental',
    trigger: options.trigger,
    dryRun,
    state: 'waiting',
    request: options.request ?? {},
    startedAt: now,
    finishedAt: undefined,
    error: undefined,
    counts: noCounts,
    changes: dryRun ? noChanges : undefined,
    window: undefined,
    planId: undefined,
    planAttempts: 0,
    planDueAt: 0,
    createdAt: now,
    slices: { total: 0, done: 0, failed: 0 },
    lastSlice: 0,
    cancelRequested: false,
    notes: [],
  };
  await engine.feeds.markOpen(feed, runId);
  const created = await engine.runs.create(run);
  if (!created) {
    const there = await engine.runs.read(runId);
    // The other call may have died half-way, or the run may have ended and lost its marker: both are repaired here.
    if (there) return takeTurn(engine, there, options.here);
  }
  await engine.onStep?.('run row written', feed);
  engine.log.info({ runId, ...feed, trigger: run.trigger, mode: run.mode, dryRun }, 'run started');
  return takeTurn(engine, run, options.here);
}
