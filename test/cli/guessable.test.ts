import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../src/cli/run-command';
import { type Bridge, startBridge, until } from '../setup/bridge';
import { run } from './terminal';

// What people try without having read anything.
let bridge: Bridge;
beforeAll(async () => {
  bridge = await startBridge();
  await bridge.sync('catalog');
  await bridge.sync('consumption');
});
afterAll(() => bridge.stop());

test.each([
  '',
  'bogus',
  'sync',
  'sync catlog',
  'sync catalog --nope',
  'runs --limit none',
  'run',
  'enrol',
  'replay nothing',
  'webhooks send course.update --source openedx --course 1',
  'completion fish',
])('a command line that cannot be understood exits with 2: lms-bridge %s', async (line) => {
  const { code, stdout, stderr } = await run(line, bridge.env);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).not.toBe('');
});

test('one that fails exits with 1', async () => {
  expect((await run('run no-such-run', bridge.env)).code).toBe(1);
  expect((await run('sync catalog --source nobody', bridge.env)).code).toBe(1);
});

test('a file that is not there is named in one line', async () => {
  const { code, stderr } = await run('enrol new-joiners.csv', bridge.env);
  expect(stderr).toBe('new-joiners.csv does not exist\n');
  expect(code).toBe(1);
});

test.each(['runs', 'quarantine', 'watermarks', 'events'])(
  'a misspelt source is no empty list: %s',
  async (command) => {
    const { code, stderr } = await run(`${command} --source opendx`, bridge.env);
    expect(stderr).toBe('There is no source opendx; did you mean openedx?\n');
    expect(code).toBe(1);
  },
);

test.each([
  ['sync catalog --course nope', 'the catalog of openedx has nothing of the course nope'],
  ['sync consumption --course nope', 'the consumption of openedx has nothing of the course nope'],
  ['sync consumption --learner nobody@example.com', 'the consumption of openedx has nothing of this learner'],
  [
    'sync consumption --from 2001-01-01 --to 2001-01-02',
    'the consumption of openedx has nothing of this span of time',
  ],
])('a filter that matches nothing says so: %s', async (line, said) => {
  const { code, stdout } = await run(`${line} --dry-run`, bridge.env);
  expect(stdout).toContain(`  Note: nothing matches: ${said}\n`);
  expect(stdout).not.toContain('nobody@');
  expect(code).toBe(0);
});

test('runs say how long they took and why they failed', async () => {
  const refused = { ...bridge.env, LD__clientSecret: 'wrong' };
  await run('sync catalog --full', refused);
  const { stdout } = await run('runs --state failed', bridge.env);
  const [head = '', row = ''] = stdout.split('\n');
  expect(head).toMatch(/^started +took +source .* run +error$/);
  expect(row).toMatch(/Z +\d+ s +openedx +catalog +failed .*LD__clientSecret/);
});

test('runs --watch shows what changed until Ctrl-C', async () => {
  const interruption = new AbortController();
  let shown = '';
  const watching = runCommand(['runs', '--watch', '--limit', '2'], {
    stdout: { write: (text) => (shown += text) },
    stderr: { write: () => undefined },
    environment: () => bridge.env,
    interrupted: interruption.signal,
  });
  await until('the runs are shown', () => shown.includes('openedx'));
  const { runId } = await bridge.sync('catalog', { dryRun: true });
  await until('the new one is shown as ended', () => new RegExp(`dry run.*${runId}`).test(shown));
  interruption.abort(new Error('Interrupted'));
  expect(await watching).toBe(0);
});

describe('with settings of storage alone, or with others that are wrong', () => {
  const storageAlone = (): Record<string, string> => ({
    AzureWebJobsStorage: bridge.env.AzureWebJobsStorage ?? '',
  });
  const wrong = (): Record<string, string> => ({ ...bridge.env, LD__batchSize: 'many' });

  test.each(['runs', 'watermarks', 'pauses', 'quarantine', 'events', 'runs --source openedx'])(
    '%s works',
    async (line) => {
      expect(await run(line, storageAlone())).toMatchObject({ code: 0, stderr: '' });
      const noted = await run(line, wrong());
      expect(noted.code).toBe(0);
      expect(noted.stderr).toMatch(/^Note: settings are wrong .*\n$/);
    },
  );

  test('one run is shown, and a watermark set', async () => {
    const { runs } = JSON.parse((await run('runs --json', storageAlone())).stdout) as {
      runs: { runId: string }[];
    };
    const { runId } = runs.at(-1) ?? { runId: '' };
    expect((await run(`run ${runId}`, storageAlone())).stdout).toContain(runId);
    const set = 'watermark set --source openedx 2020-01-01T00:00:00Z --yes';
    expect((await run(set, storageAlone())).stdout).toMatch(/is now 2020-01-01T00:00:00Z/);
    expect((await run('watermark set --source nobody 2020-01-01', storageAlone())).stderr).toMatch(
      /There is no source nobody/,
    );
  });
});

test('what is printed for bash completes commands, their words and flags', async () => {
  const { stdout } = await run('completion bash');
  const file = join(tmpdir(), `lms-bridge-completion-${process.pid}`);
  writeFileSync(file, stdout);
  const completed = (...typed: string[]): string[] =>
    execFileSync('bash', [
      '-c',
      `source ${file}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lms_bridge; echo "\${COMPREPLY[@]}"`,
      'bash',
      ...typed,
    ])
      .toString()
      .split(/\s+/)
      .filter(Boolean);
  expect(completed('lms-bridge', 'wa')).toEqual(['watermarks', 'watermark']);
  expect(completed('lms-bridge', 'sync', 'c')).toEqual(['catalog', 'consumption']);
  expect(completed('lms-bridge', 'runs', '--st')).toEqual(['--state']);
  expect(completed('lms-bridge', 'webhooks', 's')).toEqual(['send']);
});
