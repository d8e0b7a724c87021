import { buildSync } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bareEnv } from '../setup/bare-env';

export interface StartedCli {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  /** Standard output and error. */
  readonly output: () => string;
  readonly exit: Promise<number | null>;
}

export interface BuiltCli {
  /** Where it runs. */
  readonly folder: string;
  /** @param env of its settings all there are. */
  start(args: readonly string[], env: Readonly<Record<string, string>>): StartedCli;
  remove(): void;
}

const root = resolve(__dirname, '../..');

/** The command line as one file in a folder below the project, where it finds its packages. */
export function buildCli(): BuiltCli {
  mkdirSync(join(root, 'dist'), { recursive: true });
  const folder = mkdtempSync(join(root, 'dist/test-cli-'));
  const entryPoints = [join(root, 'src/cli/main.ts')];
  const how = { bundle: true, packages: 'external', platform: 'node', target: 'node22' } as const;
  buildSync({ entryPoints, outdir: folder, format: 'cjs', ...how });
  return {
    folder,
    start(args, env) {
      const child = spawn(process.execPath, [join(folder, 'main.js'), ...args], {
        cwd: folder,
        env: { ...bareEnv, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => {
        stdout += chunk.toString();
        output += chunk.toString();
      });
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const exit = new Promise<number | null>((done) => child.once('close', done));
      return { child, stdout: () => stdout, output: () => output, exit };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
