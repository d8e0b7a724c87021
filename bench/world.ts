import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SandboxOptions } from '../sandbox/sandbox';

export type Env = Record<string, string>;

const run = promisify(execFile);

/** The servers of a benchmark, and the settings that lead to them. */
export interface Servers {
  readonly env: Env;
  readonly child: ChildProcess;
  /** The longest time since the last question in which no server was asked anything, milliseconds. */
  gap(): Promise<number>;
  stop(): Promise<void>;
}

export async function startServers(world: SandboxOptions): Promise<Servers> {
  const child = fork(join(__dirname, 'servers.js'), {
    env: { ...process.env, BENCH_WORLD: JSON.stringify(world) },
    execArgv: ['--max-old-space-size=6000'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  };
  const gap = async (): Promise<number> => {
    child.send('gap');
    const [found] = (await once(child, 'message')) as [number];
    return found;
  };
  return { env: JSON.parse(text) as Env, child, gap, stop };
}

export interface Measured {
  readonly rows: number;
  readonly seconds: number;
  readonly peakMiB: number;
  readonly storage: Readonly<Record<string, number>>;
}

/** Does something in a process of its own; see measure.ts. */
export async function alone(way: string, env: Env): Promise<Measured> {
  const { stdout } = await run(process.execPath, [join(__dirname, 'measure.js'), way], {
    env: { ...process.env, BENCH_SETTINGS: JSON.stringify(env) },
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Measured;
}

export const quiet = (latencyMs: number) => ({ latencyMs, keepRequests: 0 });
/** Bulk grades of Open edX. */
export const grades = (rows: number, latencyMs: number): SandboxOptions => ({
  openEdx: {
    ...quiet(latencyMs),
    grades: rows,
    learners: Math.max(1_500, rows / 100),
    gradesFrom: Date.UTC(2012, 0, 1),
  },
  ldServices: quiet(latencyMs),
});
/** The same, and two destinations beside the L&D services. */
export const gradesToMany = (rows: number, latencyMs: number): SandboxOptions => ({
  ...grades(rows, latencyMs),
  // So few courses that none is hidden: Viva Learning takes results only of courses that it has.
  openEdx: { ...grades(rows, latencyMs).openEdx, courses: 15, learners: Math.max(1_500, rows / 5) },
  lrs: quiet(latencyMs),
  webhookReceiver: quiet(latencyMs),
  graph: quiet(latencyMs),
});
/** Courses of Khalibre with some forty learners each. */
export const scan = (courses: number, latencyMs: number): SandboxOptions => ({
  openEdx: { courses: 1, learners: 1, grades: 1 },
  khalibre: { ...quiet(latencyMs), courses, learners: courses * 4, coursesPerLearner: 10 },
  ldServices: quiet(latencyMs),
});
export const scanEnv = { LMS__khalibre__pageSize: '100' };
