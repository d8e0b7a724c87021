import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { loadApp } from './app-loader';
import { installCore, type Core } from './core';
import type { InvocationResponse } from './core-types';
import { describeFunction, type HostFunction, type QueueFunction } from './functions';
import { readHostJson } from './host-json';
import { printLog, type HostLog } from './host-log';
import { startHttpServer } from './http-server';
import { InFlight } from './in-flight';
import { invoke, type Trigger } from './invocation';
import { manualTrigger } from './queue-message';
import { startQueuePoller, type QueuePollerOptions } from './queue-poller';
import { timerJob, type TimerJob } from './timers';

export interface HostOptions {
  /** 0 means any free port. */
  readonly port: number;
  /** App settings; they are put into process.env before the app loads, as the platform does. */
  readonly settings?: Readonly<Record<string, string>>;
  /** False: no timer fires by itself. By hand (`POST /admin/functions/{name}`) each one still runs. */
  readonly timers?: boolean;
  /** The folder with host.json and package.json. Default: the current one. */
  readonly appRoot?: string;
  readonly log?: HostLog;
}

export interface RunningHost {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly functions: readonly HostFunction[];
  /** For a host that was started with `timers: false`; no second effect. */
  startTimers(): void;
  /** Takes in nothing new, waits up to 10 s for what is running, and ends. */
  stop(): Promise<void>;
}

const drainMilliseconds = 10_000;

/**
 * Runs the built Functions app of a folder in this process, without Core Tools. The app's files are those of a
 * real deployment. A process can host one app.
 * @throws Error in one sentence for an app that does not load, a wrong host.json, a port that is taken
 */
export async function startHost(options: HostOptions): Promise<RunningHost> {
  const appRoot = resolve(options.appRoot ?? '.');
  const hostJson = readHostJson(appRoot);
  const log = options.log ?? printLog(process.stdout, hostJson.logLevel);
  Object.assign(process.env, options.settings);
  const core = installCore();
  core.sink = log;
  await loadApp(core, appRoot);
  const functions = [...core.functions.values()].map((each) =>
    describeFunction(each, hostJson.routePrefix, process.env),
  );
  for (const { name, problem } of functions)
    if (problem) log('error', `The function ${name} does not run: ${problem}`);
  await core.runHooks('appStart', {
    hookData: core.appHookData,
    appHookData: core.appHookData,
    functionAppDirectory: appRoot,
  });

  const inFlight = new InFlight();
  const run = runner(core, inFlight, log);
  const stopping = new AbortController();
  const jobs = timerJobs(functions, run);
  const server = await startHttpServer({
    port: options.port,
    functions: functions.filter((fn) => fn.kind === 'http').filter((fn) => !fn.problem),
    run: async (fn, trigger) => (await run(fn, trigger)).returnValue,
    runByHand: byHand(functions, jobs, run),
    inFlight,
    log,
  });
  for (const fn of functions)
    if (fn.kind === 'queue' && !fn.problem)
      poll(fn, { options: hostJson.queues, inFlight, signal: stopping.signal, log }, run);
  let ticking = false;
  const startTimers = (): void => {
    if (ticking || stopping.signal.aborted) return;
    ticking = true;
    for (const job of jobs.values()) job.start(stopping.signal);
  };
  if (options.timers ?? true) startTimers();

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    stopping.abort();
    const closed = server.close();
    // First, so that what takes long reschedules itself instead of being waited for.
    await core.runHooks('appTerminate', { hookData: core.appHookData, appHookData: core.appHookData });
    const late = await inFlight.drain(drainMilliseconds);
    if (late.length > 0)
      log('warning', `Stopped while these were still running: ${[...new Set(late)].join(', ')}`);
    server.closeNow();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${server.port}`,
    functions,
    startTimers,
    stop: () => (stopped ??= stop()),
  };
}

type Run = (fn: HostFunction, trigger: Trigger, invocationId?: string) => Promise<InvocationResponse>;

/** One invocation that a stop waits for, with a line when it fails. */
function runner(core: Core, inFlight: InFlight, log: HostLog): Run {
  return (fn, trigger, invocationId = randomUUID()) =>
    inFlight.run(fn.name, async () => {
      const start = performance.now();
      const took = (): string => `after ${Math.round(performance.now() - start)} ms (${invocationId})`;
      try {
        const response = await invoke(core, fn.registered, trigger, invocationId);
        log('debug', `Succeeded ${took()}`, fn.name);
        return response;
      } catch (error) {
        const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
        log('error', `Failed ${took()}: ${what}`, fn.name);
        throw error;
      }
    });
}

function timerJobs(functions: readonly HostFunction[], run: Run): Map<string, TimerJob> {
  const jobs = new Map<string, TimerJob>();
  for (const fn of functions) {
    if (fn.kind !== 'timer' || fn.problem || !fn.schedule) continue;
    // A timer that failed is logged by then, and its next occurrence comes all the same.
    const once = (trigger: Trigger): Promise<void> => run(fn, trigger).then(done, done);
    jobs.set(fn.name, timerJob({ schedule: fn.schedule, runOnStartup: fn.runOnStartup, run: once }));
  }
  return jobs;
}

const done = (): void => undefined;

function poll(
  fn: QueueFunction,
  shared: Pick<QueuePollerOptions, 'options' | 'inFlight' | 'signal' | 'log'>,
  run: Run,
): void {
  const { name, queueName, connectionString } = fn;
  try {
    startQueuePoller({
      functionName: name,
      connectionString,
      queueName,
      process: async (trigger) => void (await run(fn, trigger)),
      ...shared,
    });
  } catch {
    // The error of the storage library may quote the connection string, which holds a key.
    shared.log('error', `The function ${name} does not run: its connection string cannot be read`);
  }
}

function byHand(functions: readonly HostFunction[], jobs: ReadonlyMap<string, TimerJob>, run: Run) {
  return (name: string, input: string): { status: 202 | 404 | 409; title: string } => {
    const fn = functions.find((each) => each.name.toLowerCase() === name.toLowerCase());
    if (!fn) return { status: 404, title: 'There is no function of this name' };
    if (fn.problem) return { status: 409, title: `The function does not run: ${fn.problem}` };
    if (fn.kind === 'timer') void jobs.get(fn.name)?.runNow();
    else if (fn.kind === 'queue') {
      const id = randomUUID();
      run(fn, manualTrigger(input, fn.queueName, id), id).then(done, done);
    } else return { status: 409, title: 'Call this function at its own address' };
    return { status: 202, title: 'Started' };
  };
}
