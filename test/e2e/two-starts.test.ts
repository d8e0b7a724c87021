import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, startAzurite } from '../../local/azurite';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox';
import { sandboxSettings } from '../../sandbox/settings';
import { until } from '../setup/bridge';

/*
 * Two of anything on one machine never share: the app in two folders, each with its own settings, started as a person
 * starts it.
 */

jest.setTimeout(120_000);
const root = join(__dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'lms-bridge-two-'));
const running: ChildProcess[] = [];
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ openEdx: { courses: 5, learners: 5, grades: 10 } });
});
afterAll(async () => {
  for (const child of running) child.kill('SIGINT');
  await Promise.all(running.map(ended));
  await sandbox.stop();
  rmSync(home, { recursive: true, force: true });
});

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null) await new Promise((end) => child.once('exit', end));
};

/** A clone that was built. */
function clone(name: string, more: Record<string, string> = {}): string {
  const folder = join(home, name);
  mkdirSync(folder);
  for (const part of ['host.json', 'package.json', 'dist', 'node_modules'])
    symlinkSync(join(root, part), join(folder, part));
  const Values = { ...sandboxSettings(sandbox), AzureWebJobsStorage: 'UseDevelopmentStorage=true', ...more };
  writeFileSync(join(folder, 'local.settings.json'), JSON.stringify({ IsEncrypted: false, Values }));
  return folder;
}

const bare = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(LMS|LD_|AzureWebJobs)/.test(name)),
);

async function start(folder: string): Promise<{ child: ChildProcess; shown: () => string; url: string }> {
  const [port] = await freePorts(3);
  const child = spawn(process.execPath, [join(folder, 'dist/local/start.js')], {
    cwd: folder,
    env: { ...bare, PORT: String(port) },
  });
  running.push(child);
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  await until(
    'it runs or has ended',
    () => shown.includes('Your own systems') || child.exitCode !== null,
    60_000,
  );
  return { child, shown: () => shown, url: `http://127.0.0.1:${port}` };
}

const cli = (folder: string, ...words: string[]): Promise<string> =>
  new Promise((resolve, reject) =>
    execFile(
      process.execPath,
      [join(folder, 'dist/src/cli/main.js'), ...words],
      { cwd: folder, env: bare },
      (error, out, err) => (error ? reject(new Error(`${out}${err}`)) : resolve(out)),
    ),
  );

test('two folders have a storage each, and the command line finds that of its own', async () => {
  const [one, other] = [clone('one'), clone('other')];
  const first = await start(one);
  const second = await start(other);
  expect([first.shown(), second.shown()].every((text) => text.includes('Storage emulator'))).toBe(true);
  await cli(one, 'sync', 'catalog', '--source', 'openedx');
  expect(JSON.parse(await cli(one, 'runs', '--json'))).toMatchObject({ runs: [{ state: 'succeeded' }] });
  expect(JSON.parse(await cli(other, 'runs', '--json'))).toMatchObject({ runs: [] });

  const again = await start(one);
  expect(again.child.exitCode).toBe(1);
  expect(again.shown()).toMatch(
    /npm start runs in this folder already \(process \d+\); stop it with Ctrl-C first/,
  );

  first.child.kill('SIGINT');
  await ended(first.child);
  expect(existsSync(join(one, '.azurite/lms-bridge.json'))).toBe(false);
});

test('an emulator that finds another one on its ports says so, and does not take it for its own', async () => {
  const first = await startAzurite({ ports: 'free', location: 'temporary' });
  try {
    await expect(startAzurite({ ports: first.ports, location: 'temporary' })).rejects.toThrow(
      /Azurite did not start|Another storage emulator answers/,
    );
  } finally {
    await first.stop();
  }
});

test('wrong settings are named at the start, in place of what to try first; the bare address leads to the page', async () => {
  const { shown, url } = await start(
    clone('wrong', { LD__batchSize: 'many', LMS__openedx__baseUrl: 'nowhere' }),
  );
  expect(shown()).toContain('Correct this first');
  expect(shown()).toMatch(/LD__batchSize must be a whole number/);
  expect(shown()).toMatch(/LMS__openedx__baseUrl must be an address/);
  expect(shown()).not.toContain('dryRun');
  const page = await fetch(url, { redirect: 'manual' });
  expect([page.status, page.headers.get('location')]).toEqual([302, '/api/status']);
});
