import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bareEnv } from '../setup/bare-env';
import { until } from '../setup/bridge';

const root = join(__dirname, '../..');

export interface Clone {
  readonly folder: string;
  remove(): void;
}

/** A clone that was built, in a folder of its own: what it stores and notes there nobody else sees. */
export function clone(settings?: Record<string, string>): Clone {
  const folder = mkdtempSync(join(tmpdir(), 'lms-bridge-clone-'));
  for (const part of ['bin', 'host.json', 'package.json', 'dist', 'node_modules'])
    symlinkSync(join(root, part), join(folder, part));
  if (settings)
    writeFileSync(
      join(folder, 'local.settings.json'),
      JSON.stringify({ IsEncrypted: false, Values: settings }),
    );
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface Started {
  readonly child: ChildProcess;
  /** What it has printed. */
  shown(): string;
  /** Of the host, which takes a port that is free; once it is shown. */
  url(): string;
  /** As Ctrl-C does. @returns its exit code. */
  stop(): Promise<number | null>;
}

/** What `npm start` runs, in a process of its own. Waits until it shows a text, or has ended. */
export async function npmStart(
  folder: string,
  awaited: string,
  env: Record<string, string> = {},
): Promise<Started> {
  const child = spawn(process.execPath, [join(folder, 'dist/local/start.js')], {
    cwd: folder,
    env: { ...bareEnv, PORT: '0', ...env },
  });
  const exit = new Promise<number | null>((done) => child.once('exit', done));
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  const stop = (): Promise<number | null> => {
    child.kill('SIGINT');
    return exit;
  };
  const started = {
    child,
    shown: () => shown,
    url: () => /http:\/\/(?:localhost|127\.0\.0\.1):\d+(?=\/api\/)/.exec(shown)?.[0] ?? '',
    stop,
  };
  try {
    await until(
      `it shows "${awaited}" or has ended`,
      () => shown.includes(awaited) || child.exitCode !== null,
      150_000,
    );
  } catch (error) {
    await stop();
    throw new Error(`${String(error)}; it has shown:\n${shown}`, { cause: error });
  }
  return started;
}
