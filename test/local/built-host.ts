import { buildSync } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { bareEnv } from '../setup/bare-env';

const root = resolve(__dirname, '../..');
const fixtureApp = join(__dirname, 'fixture-app');

/** The host's files as plain JavaScript in a folder below the project, where they find its packages. */
export async function buildHost(): Promise<{ folder: string; remove(): Promise<void> }> {
  await mkdir(join(root, 'dist'), { recursive: true });
  // The host replaces `require`, which jest does too: so it runs in a process of its own.
  const folder = await mkdtemp(join(root, 'dist/test-host-'));
  const entryPoints = globSync('local/*.ts', { cwd: root }).map((file) => join(root, file));
  const how = { bundle: true, packages: 'external', platform: 'node', target: 'node22' } as const;
  buildSync({ entryPoints, outdir: folder, format: 'cjs', ...how });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

export interface HostProcess {
  readonly url: string;
  readonly child: ChildProcess;
  output(): string;
  /** Resolves when the output holds the text. */
  says(text: string): Promise<void>;
  /** The exit code, or the signal that ended it. */
  readonly exit: Promise<number | NodeJS.Signals>;
  end(): Promise<void>;
}

/** Starts a script of the built host. With `ready` it waits for the line that names the address. */
export async function spawnHost(
  args: readonly string[],
  env: Record<string, string>,
  { cwd = fixtureApp, ready = true } = {},
): Promise<HostProcess> {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...bareEnv, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const waiting = new Set<() => void>();
  const take = (chunk: Buffer): void => {
    text += chunk.toString();
    for (const look of waiting) look();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const exit = new Promise<number | NodeJS.Signals>((done) =>
    child.once('close', (code, signal) => done(code ?? signal ?? 0)),
  );
  const says = (wanted: string | RegExp): Promise<void> =>
    new Promise((done, fail) => {
      const look = (): void => {
        if (typeof wanted === 'string' ? !text.includes(wanted) : !wanted.test(text)) return;
        waiting.delete(look);
        done();
      };
      waiting.add(look);
      void exit.then(() => fail(new Error(`The host ended without saying ${String(wanted)}:\n${text}`)));
      look();
    });
  const address = /http:\/\/(?:localhost|127\.0\.0\.1):(\d+)/;
  if (ready) await says(address);
  return {
    url: `http://127.0.0.1:${address.exec(text)?.[1]}`,
    child,
    output: () => text,
    says,
    exit,
    end: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
