import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox';
import { sandboxSettings } from '../../sandbox/settings';
import { bareEnv } from '../setup/bare-env';
import { until } from '../setup/bridge';
import { type Checkout, checkout } from './checkout';

/*
 * The README's commands, as they stand there, one after another in a fresh checkout: before it was built, and after.
 */

jest.setTimeout(300_000);
const root = join(__dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The commands of a section, line by line. */
const commandsOf = (section: string): string[] => {
  const [, text = ''] = readme.split(`\n## ${section}\n`);
  const [own = ''] = text.split('\n## ');
  return [...own.matchAll(/^( *)```sh\n([\s\S]*?)\n *```/gm)].flatMap(([, , block = '']) =>
    block.split('\n').map((line) => line.trim()),
  );
};

let place: Checkout;
let sandbox: Sandbox;
let running: Started | undefined;
beforeAll(async () => {
  place = checkout();
  sandbox = await startSandbox({ openEdx: { courses: 5, learners: 5, grades: 10 } });
});
afterAll(async () => {
  await running?.stop();
  await sandbox.stop();
  place.remove();
});

interface Started {
  readonly child: ChildProcess;
  shown(): string;
  stop(): Promise<number | null>;
}

/** Types a line into a shell, for which the demo's port is one that is free. */
function type(line: string): Started & { readonly exit: Promise<number | null> } {
  const here = running?.shown().match(/http:\/\/localhost:\d+/)?.[0] ?? '';
  const child = spawn('bash', ['-c', line.replaceAll('http://localhost:7071', here)], {
    cwd: place.folder,
    env: { ...bareEnv, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C goes to all that a terminal runs.
    detached: true,
  });
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  const exit = new Promise<number | null>((done) => child.once('close', done));
  const stop = (): Promise<number | null> => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
    return exit;
  };
  return { child, shown: () => shown, stop, exit };
}

/** Types a line and waits for its end. @returns what it showed. */
async function run(line: string): Promise<string> {
  const { shown, exit } = type(line);
  expect([line, await exit, shown()]).toEqual([line, 0, expect.anything()]);
  return shown();
}

/** `npm start`, which does not end. */
async function start(line: string, awaited: string): Promise<string> {
  await running?.stop();
  const started = type(line);
  running = started;
  await until(
    `${line} shows “${awaited}”`,
    () => {
      if (started.child.exitCode !== null) throw new Error(`It has ended:\n${started.shown()}`);
      return started.shown().includes(awaited);
    },
    150_000,
  );
  return started.shown();
}

/** What was installed for the tests stays as it is: npm says whether it could install the same. */
const withoutInstalling = (line: string): string => line.replace(/\bnpm ci\b/, 'npm ci --dry-run --offline');

test('before a build, the command line says what to do, in one line', async () => {
  const { shown, exit } = type('npx lms-bridge --version');
  expect(await exit).toBe(1);
  expect(shown()).toBe('lms-bridge is not built yet: run npm run build first\n');
});

test('the demo starts, answers and syncs with the commands of “Try it”', async () => {
  // Whoever runs these tests has just built from nothing: here the build finds that nothing has changed.
  cpSync(join(root, 'dist'), join(place.folder, 'dist'), { recursive: true });
  const [first = '', ...others] = commandsOf('Try it');
  expect(first).toBe('npm ci && npm start');
  await start(withoutInstalling(first), 'From here on');
  // These tests are what it runs.
  const asked = others.filter((line) => line !== 'npm ci && npm test');
  expect(asked.length).toBe(others.length - 1);
  expect(asked.length).toBeGreaterThan(2);
  const [runs = '', resync = '', sync = ''] = await inTurn(asked);
  expect(runs).toMatch(/"source":"openedx","kind":"consumption".*"state":"succeeded"/);
  expect(resync).toMatch(/"runs":\[\{"runId":"openedx-catalog-/);
  expect(sync).toMatch(/openedx consumption: dry run succeeded/);
});

test('once built, npx runs the command line, whatever mode the compiler gives its files', async () => {
  expect(await run('npx lms-bridge runs --limit 1')).toMatch(/openedx|khalibre|academyofmine/);
  chmodSync(join(place.folder, 'dist/src/cli/main.js'), 0o644);
  expect(await run('npx lms-bridge --version')).toBe(`${packageJson.version}\n`);
});

test('own systems are checked, tried and scheduled with the commands of “Your own systems”', async () => {
  const [copy = '', first = '', ...others] = commandsOf('Your own systems');
  expect(copy).toMatch(/^cp .* local\.settings\.json$/);
  await run(copy);
  const file = join(place.folder, 'local.settings.json');
  const example = JSON.parse(readFileSync(file, 'utf8')) as { Values: Record<string, string> };
  const own = { ...example, Values: { ...example.Values, ...sandboxSettings(sandbox) } };
  writeFileSync(file, JSON.stringify(own));
  expect(await start(first, 'Your own systems')).toContain('Nothing was sent yet');
  const starts = others.filter((line) => line.startsWith('npm start'));
  const [check = '', dry = ''] = await inTurn(others.filter((line) => !starts.includes(line)));
  expect(check).toMatch(/openedx: catalog +ok +5 courses/);
  expect(dry).toMatch(/openedx catalog: dry run succeeded in \d+ s: 5 read, 5 to send/);
  expect(sandbox.ldServices.state.posts).toHaveLength(0);
  for (const line of starts) expect(await start(line, 'Your own systems')).toContain('The timers are on');
});

test('the README names one Node, the one that package.json asks for', () => {
  const named = [...readme.matchAll(/\bNode(?:\.js)? (\d+(?:\.\d+)*)/g)].map(([, version]) => version);
  expect(named).toEqual([packageJson.engines.node.replace('>=', '')]);
});

const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string;
  engines: { node: string };
};

async function inTurn(lines: readonly string[]): Promise<string[]> {
  const shown = [];
  for (const line of lines) shown.push(await run(line));
  return shown;
}
