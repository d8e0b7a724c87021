import { type Bridge, startBridge } from '../setup/bridge';
import { run } from './terminal';

// What somebody has on the first day: a learning platform, and nothing of where its records are to go.
let bridge: Bridge;
let env: Record<string, string>;
beforeAll(async () => {
  bridge = await startBridge({ sandbox: { khalibre: { courses: 4, learners: 6 } } });
  env = Object.fromEntries(
    Object.entries(bridge.env).filter(([name]) => !/^(LD__|DESTINATIONS$)|__sourceSystemId$/.test(name)),
  );
});
afterAll(() => bridge.stop());

test('a dry run says what would be sent', async () => {
  const catalog = await run('sync catalog --source openedx --dry-run', env);
  expect(catalog.stdout).toMatch(/openedx catalog: dry run succeeded in \d+ s: 12 read, 12 to send/);
  expect(catalog.code).toBe(0);
  const results = await run('sync consumption --dry-run', env);
  expect(results.stdout).toMatch(/openedx consumption: dry run succeeded in \d+ s: 300 read, 300 to send/);
  expect(results.stdout).toMatch(/khalibre consumption: dry run succeeded/);
  expect(results.code).toBe(0);
});

test('a real run fails before it reads, and says what to set', async () => {
  const before = bridge.sandbox.openEdx.server.requests.total;
  const { code, stdout } = await run('sync catalog --source openedx', env);
  expect(stdout).toMatch(/openedx catalog: failed/);
  expect(stdout).toMatch(/LD__baseUrl is missing: no destination is set up, so only dry runs work/);
  expect(code).toBe(1);
  expect(bridge.sandbox.openEdx.server.requests.total).toBe(before);
});

test('check looks at the source, and is not sure of the rest', async () => {
  const { code, stdout } = await run('check', env);
  expect(stdout).toMatch(/^LD__baseUrl +unsure +is missing: no destination is set up/m);
  expect(stdout).toMatch(/^openedx: catalog +ok +12 courses/m);
  expect(stdout).not.toMatch(/ wrong /);
  expect(code).toBe(0);
});

test('a destination of which something is set is still asked for what it lacks', async () => {
  const { code, stderr } = await run('sync catalog --dry-run', { ...env, LD__subscriptionKey: 'key' });
  expect(stderr).toMatch(/LD__baseUrl is missing/);
  expect(code).toBe(1);
});
