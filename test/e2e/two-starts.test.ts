import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startAzurite } from '../../local/azurite';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox';
import { sandboxSettings } from '../../sandbox/settings';
import { bareEnv } from '../setup/bare-env';
import { type Clone, clone, npmStart, type Started } from './npm-start';

/*
 * Two of anything on one machine never share: the app in two folders, each with its own settings, started as a person
 * starts it.
 */

const clones: Clone[] = [];
const running: Started[] = [];
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ openEdx: { courses: 5, learners: 5, grades: 10 } });
});
afterAll(async () => {
  await Promise.all(running.map((started) => started.stop()));
  await sandbox.stop();
  for (const { remove } of clones) remove();
});

function newClone(more: Record<string, string> = {}): string {
  const storage = { AzureWebJobsStorage: 'UseDevelopmentStorage=true' };
  const made = clone({ ...sandboxSettings(sandbox), ...storage, ...more });
  clones.push(made);
  return made.folder;
}

async function start(folder: string): Promise<Started> {
  const started = await npmStart(folder, 'Your own systems');
  running.push(started);
  return started;
}

const cli = (folder: string, ...words: string[]): Promise<string> =>
  new Promise((resolve, reject) =>
    execFile(
      process.execPath,
      [join(folder, 'dist/src/cli/main.js'), ...words],
      { cwd: folder, env: bareEnv },
      (error, out, err) => (error ? reject(new Error(`${out}${err}`)) : resolve(out)),
    ),
  );

test('two folders have a storage each, and the command line finds that of its own', async () => {
  const [one, other] = [newClone(), newClone()];
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

  await first.stop();
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
  const { shown, url } = await start(newClone({ LD__batchSize: 'many', LMS__openedx__baseUrl: 'nowhere' }));
  expect(shown()).toContain('Correct this first');
  expect(shown()).toMatch(/LD__batchSize must be a whole number/);
  expect(shown()).toMatch(/LMS__openedx__baseUrl must be an address/);
  expect(shown()).not.toContain('dryRun');
  const page = await fetch(url(), { redirect: 'manual' });
  expect([page.status, page.headers.get('location')]).toEqual([302, '/api/status']);
});
