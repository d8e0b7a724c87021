import { run } from './terminal';

const npm = { npm_lifecycle_event: 'sync' };

test.each([
  ['sinc catalog', 'There is no command “sinc”; did you mean sync?'],
  ['transmogrify', 'There is no command “transmogrify”; --help lists them'],
  ['catalog', 'Write sync catalog'],
  ['--dry-run', 'There is no command “--dry-run”; --help lists them'],
  ['sync', 'Say what to sync: catalog or consumption'],
  ['sync catalogue', '“catalogue” cannot be synced; did you mean catalog?'],
  ['sync everything', '“everything” cannot be synced; catalog and consumption can'],
  ['sync catalog consumption', '“consumption” is one word too many; take it out'],
  ['sync catalog --dryRun', 'There is no flag --dryRun; did you mean --dry-run?'],
  ['sync catalog --verbose', 'There is no flag --verbose; --help lists them'],
  ['sync catalog -x', 'There is no flag -x; --help lists them'],
  ['sync catalog --toString', 'There is no flag --toString; --help lists them'],
  ['sync catalog --source', 'source needs a value, such as --source openedx'],
  ['sync catalog --source --full', '--source needs a value, such as --source openedx'],
  ['sync catalog --full=yes', '--full takes no value'],
  ['sync catalog --source a --source b', '--source is given twice; take one out'],
  ['sync consumption --from yesterday', '--from must be a time in UTC, such as 2026-01-31T00:00:00Z'],
  ['check --full', 'There is no flag --full; --help lists them'],
  ['sync catalog someone@example.com', 'The address is one word too many; take it out'],
  ['runs failed', '“failed” is one word too many; take it out'],
  ['runs --state faild', '--state must be one of waiting, running'],
  ['runs --limit 0', '--limit must be a whole number from 1 to 9999'],
  ['run', 'Say which: run ID, as lms-bridge runs lists it'],
  ['cancel', 'Say which: cancel ID, as lms-bridge runs lists it'],
  ['watermark', 'Write watermark set --source ID TIME'],
  ['watermark get', '“get” is not a word for this command; write watermark set'],
  ['watermark set 2026-01-31', '--source is missing: write it, such as --source openedx'],
  ['watermark set --source openedx', 'Say until when: watermark set --source ID 2026-01-31T00:00:00Z'],
  ['replay', 'Say what to replay: quarantine or events'],
  ['replay runs', '“runs” cannot be replayed; quarantine and events can'],
  ['explain --course 1', '--source is missing: write it, such as --source openedx'],
  ['explain --source openedx', '--course is missing: write it'],
  ['explain --source a --course b someone@example.com', 'The address is one word too many; take it out'],
  ['check openedx', '“openedx” is one word too many; take it out'],
])('%s is refused in one sentence', async (args, sentence) => {
  const { code, stdout, stderr } = await run(args);
  expect(stderr).toContain(sentence);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stdout).toBe('');
  expect(code).toBe(2);
});

test('a flag that npm kept for itself does not turn a dry run into a real one', async () => {
  const { code, stderr } = await run('sync catalog', { ...npm, npm_config_dry_run: 'true' });
  expect(stderr).toBe('npm kept --dry-run for itself; write -- before it: npm run sync -- … --dry-run\n');
  expect(code).toBe(2);
});

test('the same setting of npm matters to nobody else', async () => {
  const { stderr } = await run('sync catalog', { npm_config_dry_run: 'true' });
  expect(stderr).toContain('The settings are wrong');
});

test.each([
  ['--help', 'lms-bridge COMMAND --help'],
  ['-h', 'lms-bridge COMMAND --help'],
  ['help sync', '--allow-deletes'],
  ['sync --help', '--allow-deletes'],
  ['sync catalog -h', 'npm run sync -- catalog --dry-run'],
  ['check --help', 'npx lms-bridge check --json'],
])('%s tells what can be done, with examples', async (args, text) => {
  const { code, stdout, stderr } = await run(args);
  expect(stdout).toContain(text);
  expect(stdout).toContain('Examples\n');
  expect(stderr).toBe('');
  expect(code).toBe(0);
});

test('every command is listed, and teaches itself', async () => {
  const { stdout } = await run('--help');
  const names =
    'sync check runs run cancel watermarks watermark quarantine events replay webhooks explain'.split(' ');
  for (const name of names) {
    expect(stdout).toMatch(new RegExp(`^  lms-bridge ${name}\\b`, 'm'));
    const own = await run(`${name} --help`);
    expect(own.stdout).toContain(`lms-bridge ${name}`);
    expect(own.stdout).toContain('Examples\n');
    expect(own.stdout).toContain('--json');
    expect(own.stdout).toContain('Exit code: 0');
    expect(own.code).toBe(0);
  }
});

test('without a command the help is shown as a complaint', async () => {
  const { code, stdout, stderr } = await run('');
  expect(stderr).toContain('lms-bridge COMMAND --help');
  expect(stdout).toBe('');
  expect(code).toBe(2);
});

test('--version is that of the package', async () => {
  expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
