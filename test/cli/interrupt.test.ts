import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bridge, startBridge, until } from '../setup/bridge';
import { startStorageProxy } from '../setup/storage-proxy';
import { buildCli, type BuiltCli, type StartedCli } from './built-cli';
import { run } from './terminal';

let cli: BuiltCli;
let bridge: Bridge;

beforeAll(async () => {
  // Signals need a process of their own.
  cli = buildCli();
  bridge = await startBridge({ env: { LMS__openedx__maxRowsPerSlice: '100' } });
});
afterAll(async () => {
  cli.remove();
  await bridge.stop();
});

const started: StartedCli[] = [];
const start = (args: readonly string[], env: Readonly<Record<string, string>> = bridge.env): StartedCli => {
  const one = cli.start(args, { LOG_LEVEL: 'info', ...env });
  started.push(one);
  return one;
};

afterEach(async () => {
  bridge.sandbox.openEdx.server.options.latencyMs = 0;
  for (const { child, exit } of started.splice(0)) {
    child.kill('SIGKILL');
    await exit;
  }
});

test('Ctrl-C keeps what is done, and the next sync goes on from there', async () => {
  bridge.sandbox.openEdx.server.options.latencyMs = 500;
  const first = start(['sync', 'consumption']);
  await until('grades are read', () => first.output().includes('run planned'));
  first.child.kill('SIGINT');
  expect(await first.exit).toBe(130);
  expect(first.output()).toContain('Stopping: waiting for what is under way (Ctrl-C again ends at once)');
  expect(first.output()).toMatch(
    /Stopped: the consumption of openedx is not finished.* To go on: lms-bridge sync consumption --source openedx\n/,
  );
  bridge.sandbox.openEdx.server.options.latencyMs = 0;
  const { code, stdout } = await run('sync consumption --source openedx', bridge.env);
  expect(stdout).toContain('openedx consumption: succeeded');
  expect(code).toBe(0);
  const runs = [];
  for await (const each of bridge.app.engine.runs.list()) runs.push(each.state);
  expect(runs).toEqual(['succeeded', 'succeeded']);
  const keys = new Set(
    [...bridge.sandbox.openEdx.state.grades].map((row) => `${row.learner.email} ${row.courseId}`),
  );
  expect(bridge.sandbox.ldServices.state.counts('consumption').records).toBe(keys.size);
});

test('a dry run that is interrupted is over', async () => {
  bridge.sandbox.openEdx.server.options.latencyMs = 500;
  const { child, exit, output } = start(['sync', 'consumption', '--dry-run', '--full']);
  await until('grades are read', () => output().includes('run planned'));
  child.kill('SIGINT');
  expect(await exit).toBe(1);
  expect(output()).toContain('dry run cancelled');
});

test('a second Ctrl-C ends at once, whatever keeps the first one', async () => {
  const storage = await startStorageProxy(bridge.env.AzureWebJobsStorage ?? '');
  bridge.sandbox.openEdx.server.options.latencyMs = 500;
  const env = { ...bridge.env, AzureWebJobsStorage: storage.connectionString };
  const { child, exit, output } = start(['sync', 'consumption', '--full'], env);
  await until('grades are read', () => output().includes('run planned'));
  storage.mood = { type: 'frozen' };
  child.kill('SIGINT');
  await until('it stops', () => output().includes('Stopping'));
  const ended = jest.fn();
  void exit.then(ended);
  await sleep(300);
  expect(ended).not.toHaveBeenCalled();
  child.kill('SIGINT');
  expect(await exit).toBe(130);
  await storage.stop();
});

test('local.settings.json gives settings, and the environment beats it', async () => {
  const { LMS_SOURCES: _, ...rest } = bridge.env;
  const file = {
    IsEncrypted: false,
    Values: { LMS_SOURCES: 'openedx', LD__batchSize: 'many', LOG_DIR: 'logs' },
  };
  writeFileSync(join(cli.folder, 'local.settings.json'), JSON.stringify(file));
  const wrong = start(['sync', 'catalog'], rest);
  expect(await wrong.exit).toBe(1);
  expect(wrong.output()).toContain('LD__batchSize must be a whole number');
  const right = start(['sync', 'catalog'], { ...rest, LD__batchSize: '10' });
  expect(await right.exit).toBe(0);
  expect(right.output()).toContain('openedx catalog: succeeded');
  expect(readdirSync(join(cli.folder, 'logs'))).toEqual(['course_catalog.log']);
});
