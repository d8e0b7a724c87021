import { type Bridge, startBridge } from '../setup/bridge';
import { run } from './terminal';

let bridge: Bridge;
beforeAll(async () => (bridge = await startBridge()));
afterAll(() => bridge.stop());

const learner = /learner\d*@/;

test('a dry run shows what would change, and changes nothing', async () => {
  const { code, stdout } = await run('sync catalog --dry-run', bridge.env);
  expect(stdout).toMatch(/^openedx catalog: dry run succeeded in \d+ s: 12 read, 12 to send, 0 unchanged\n/);
  expect(stdout).toMatch(/would be created {3}12\n/);
  expect(stdout).toMatch(/created {3}course-v1:\S+ {3,}\S/);
  expect(stdout).toContain('… and 2 more');
  expect(code).toBe(0);
  expect(bridge.sandbox.ldServices.state.posts).toHaveLength(0);
});

test('a sync delivers, and says so in plain lines where nobody looks', async () => {
  const { code, stdout, stderr } = await run('sync catalog --source openedx', bridge.env);
  expect(stdout).toMatch(
    /^openedx catalog: succeeded in \d+ s: 12 read, 12 sent, 0 unchanged\n {2}run openedx-catalog-\S+\n$/,
  );
  expect(stdout + stderr).not.toContain('\u001b');
  expect(code).toBe(0);
  expect(stderr).toBe('');
});

test('--json gives one object on standard output, and everything else on standard error', async () => {
  const { code, stdout, stderr } = await run('sync consumption --full --json', bridge.env);
  const { runs } = JSON.parse(stdout) as { runs: unknown[] };
  expect(runs).toEqual([
    expect.objectContaining({
      source: 'openedx',
      kind: 'consumption',
      mode: 'full',
      trigger: 'cli',
      state: 'succeeded',
      counts: expect.objectContaining({ read: 300, sent: 300 }) as unknown,
    }),
  ]);
  expect(stderr).toContain('openedx consumption: succeeded');
  expect(code).toBe(0);
});

test('on a terminal one line is drawn over, in colour, and the log is silent', async () => {
  bridge.sandbox.openEdx.server.options.latencyMs = 60;
  const screen = { isTTY: true, columns: 60 };
  const { stdout, stderr } = await run('sync consumption --full', bridge.env, screen);
  bridge.sandbox.openEdx.server.options.latencyMs = 0;
  expect(stderr).toMatch(/\ropenedx consumption {2}/);
  expect(stderr).not.toContain('\n');
  expect(stderr).not.toContain('"message"');
  for (const drawn of stderr.split('\r')) expect(drawn.replace('\u001b[K', '').length).toBeLessThan(60);
  expect(stderr.endsWith('\r\u001b[K')).toBe(true);
  expect(stdout).toContain('\u001b[32msucceeded\u001b[0m');
  const plain = await run('sync catalog', { ...bridge.env, NO_COLOR: '1' }, screen);
  expect(plain.stdout).not.toContain('\u001b');
});

test('LOG_LEVEL brings the log to a terminal too', async () => {
  const env = { ...bridge.env, LOG_LEVEL: 'info' };
  const { stderr } = await run('sync catalog', env, { isTTY: true });
  expect(stderr).toContain('"message":"run ended"');
});

test('one learner and one course can be synced; the address is shown nowhere', async () => {
  const [grade] = [...bridge.sandbox.openEdx.state.grades];
  const { email } = grade!.learner;
  const one = await run(`sync consumption --learner ${email} --json`, bridge.env);
  expect(JSON.parse(one.stdout)).toMatchObject({ runs: [{ state: 'succeeded' }] });
  expect(one.stdout + one.stderr).not.toContain(email);
  expect(one.stdout + one.stderr).not.toMatch(learner);
  const course = await run(`sync catalog --course ${grade!.courseId}`, bridge.env);
  expect(course.stdout).toContain('1 read');
});

test('a filter that the feed cannot honour is refused in a sentence', async () => {
  const { code, stdout, stderr } = await run('sync catalog --source openedx --from 2026-01-01', bridge.env);
  expect(stderr).toBe('The catalog of openedx cannot be filtered by from; leave it out\n');
  expect(stdout).toBe('');
  expect(code).toBe(1);
});

test('wrong settings are listed, all of them', async () => {
  const env = { ...bridge.env, LD__batchSize: 'many', LD__baseURL: 'x', RETENTION_DAYS: '0' };
  const { code, stdout, stderr } = await run('sync catalog --json', env);
  expect(stderr).toBe(
    [
      'The settings are wrong:',
      '  RETENTION_DAYS must be a whole number from 1 to 3650',
      '  LD__batchSize must be a whole number from 1 to 10000',
      '  LD__baseURL is unknown; did you mean LD__baseUrl?',
      '',
    ].join('\n'),
  );
  expect((JSON.parse(stdout) as { errors: unknown[] }).errors).toHaveLength(3);
  expect(code).toBe(1);
});

test('a failed run exits 1, and one with records in quarantine 2', async () => {
  const failed = await run('sync consumption', { ...bridge.env, LMS__openedx__clientSecret: 'wrong' });
  expect(failed.stdout).toMatch(/openedx consumption: failed in .*\n {2}source openedx .*clientSecret/);
  expect(failed.code).toBe(1);
  const { grades } = bridge.sandbox.openEdx.state;
  const [bad] = [...grades];
  Object.assign(bad!, { percent: 45 });
  const partial = await run('sync consumption --full', bridge.env);
  expect(partial.stdout).toMatch(/openedx consumption: partial in .*1 in quarantine/);
  expect(partial.code).toBe(2);
});
