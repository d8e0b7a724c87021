import { setTimeout as sleep } from 'node:timers/promises';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/sandbox';
import { sandboxSettings } from '../../sandbox/settings';
import type { FeedKind } from '../../src/lib/domain/feed';
import type { Run } from '../../src/lib/domain/run';
import { type App, type AppOverrides, createApp } from '../../src/lib/app';
import { createLogger } from '../../src/lib/log';
import { type LeaseOptions, LeaseStore } from '../../src/lib/store/leases';
import { connectStorage } from '../../src/lib/store/storage';
import { defaultPatience, type Patience } from '../../src/lib/sync/engine';
import { type StartOptions, startRun } from '../../src/lib/sync/run/start';
import { workRun } from '../../src/lib/sync/run/work-run';
import { testStorage } from './storage';

/** Impatient, so that no test waits for a retry. */
export const quick: Patience = {
  ...defaultPatience,
  firstDelayMs: 50,
  longestDelayMs: 200,
  cancelPollMs: 100,
};

/** A back-off is anything up to a bound: here it is always short. */
const jitter = (): number => Math.random() / 20;

export interface Bridge {
  readonly app: App;
  readonly sandbox: Sandbox;
  readonly env: Record<string, string>;
  /** What was logged, line by line. */
  readonly logged: string[];
  /** Starts a run and works it to its end. */
  sync(
    kind: FeedKind,
    options?: Partial<StartOptions> & { source?: string; destination?: string },
  ): Promise<Run>;
  /** Another app on the same storage and sandbox: another instance. */
  another(overrides?: AppOverrides, env?: Record<string, string>): App;
  stop(): Promise<void>;
}

export interface BridgeOptions {
  readonly sandbox?: SandboxOptions;
  readonly env?: Record<string, string>;
  readonly overrides?: AppOverrides;
}

/** The app on a storage account of its own and a sandbox of its own; small and quick unless told otherwise. */
export async function startBridge(options: BridgeOptions = {}): Promise<Bridge> {
  const sandbox = await startSandbox({
    ...options.sandbox,
    openEdx: { courses: 12, learners: 30, grades: 300, ...options.sandbox?.openEdx },
    ldServices: { keepBodies: true, ...options.sandbox?.ldServices },
  });
  const env: Record<string, string> = {
    ...sandboxSettings(sandbox),
    LMS__openedx__lagMinutes: '0',
    AzureWebJobsStorage: await testStorage(),
    ...options.env,
  };
  const logged: string[] = [];
  const log = createLogger({ level: 'info', write: (line) => logged.push(line) });
  const another = (overrides: AppOverrides = {}, more: Record<string, string> = {}): App =>
    createApp({ ...env, ...more }, { log, patience: quick, jitter, ...options.overrides, ...overrides });
  const app = another();
  await app.storage.prepare();
  const sync: Bridge['sync'] = async (kind, { source = 'openedx', destination = 'ld', ...start } = {}) => {
    const run = await startRun(app.engine, { source, kind, destination }, { trigger: 'cli', ...start });
    return workRun(app.engine, run.runId, new AbortController().signal);
  };
  return { app, sandbox, env, logged, sync, another, stop: () => sandbox.stop() };
}

/** Leases in an account. */
export function leasesIn(env: Record<string, string>, options: LeaseOptions = {}): LeaseStore {
  const storage = connectStorage({
    type: 'connectionString',
    connectionString: env.AzureWebJobsStorage ?? '',
  });
  return new LeaseStore(storage, options);
}

/** Leases that end and are renewed fast enough for a test to see it. */
export const briskLeases = (env: Record<string, string>, ttlMs = 1_500): LeaseStore =>
  leasesIn(env, { ttlMs, renewMs: ttlMs / 3, skewMs: 0 });

/** Waits until something holds. @throws Error that says what did not. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = 60_000,
): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited in vain until ${what}`);
    await sleep(50);
  }
}
