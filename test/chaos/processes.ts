import { buildSync } from 'esbuild';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bareEnv } from '../setup/bare-env';
import type { WorkerOrders } from './orders';

const folder = mkdtempSync(join(tmpdir(), 'lms-bridge-chaos-'));
const script = join(folder, 'worker.js');
/** And the storage account that each works on. */
const running = new Map<ChildProcess, string | undefined>();

/** Bundles the worker once a test file. */
export function buildWorker(): void {
  const entryPoints = [join(__dirname, 'worker.ts')];
  buildSync({ entryPoints, outfile: script, bundle: true, platform: 'node', target: 'node22' });
}

export interface Worker {
  readonly child: ChildProcess;
  /** What it said on stdout and stderr. */
  output(): string;
  /** Resolves when it says this. @throws Error when it ends without. */
  says(text: string): Promise<void>;
  /** The signal that ended it, or its exit code. */
  readonly exit: Promise<NodeJS.Signals | number>;
  kill(): Promise<void>;
  resume(): void;
}

/** @param env the app's settings. */
export function startWorker(env: Record<string, string>, orders: Partial<WorkerOrders> = {}): Worker {
  const child = spawn(process.execPath, [script], {
    env: { ...bareEnv, ...env, CHAOS_ORDERS: JSON.stringify({ slicesAtOnce: 2, ...orders }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.set(child, env.AzureWebJobsStorage);
  let output = '';
  const listeners = new Set<() => void>();
  const take = (chunk: Buffer): void => {
    output += chunk.toString();
    for (const look of listeners) look();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const exit = new Promise<NodeJS.Signals | number>((resolve) =>
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve(signal ?? code ?? 0);
    }),
  );
  const says = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (output.includes(text)) resolve();
      };
      listeners.add(look);
      void exit.then(() => reject(new Error(`A worker ended without saying "${text}":\n${output}`)));
      look();
    });
  return {
    child,
    output: () => output,
    says,
    exit,
    kill: async () => {
      child.kill('SIGKILL');
      await exit;
    },
    resume: () => void child.kill('SIGCONT'),
  };
}

/** Ends whatever is left running, on one storage account or on all. */
export async function endWorkers(account?: string): Promise<void> {
  const left = [...running].filter(([, at]) => account === undefined || at === account);
  for (const [child] of left) child.kill('SIGKILL');
  await Promise.all(left.map(([child]) => new Promise((done) => child.once('close', done))));
}

export const removeWorker = (): void => rmSync(folder, { recursive: true, force: true });
