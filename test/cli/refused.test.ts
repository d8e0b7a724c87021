import { createServer, type AddressInfo } from 'node:net';
import { type Bridge, startBridge } from '../setup/bridge';
import { runCommand } from '../../src/cli/run-command';
import { run } from './terminal';

// A system that is down: whoever waits is told of what, and for how long.
let bridge: Bridge;
let env: Record<string, string>;
const baseUrl = closedPort().then((port) => `http://127.0.0.1:${port}`);
// A storage for each test: a run that was left has its feed's turn.
beforeEach(async () => {
  bridge = await startBridge();
  env = { ...bridge.env, LMS__openedx__baseUrl: await baseUrl };
});
afterEach(() => bridge.stop());

/** Where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs a sync until it says that it tries again, as a person would who then presses Ctrl-C. */
async function untilItWaits(screen: { isTTY?: boolean }): Promise<string> {
  const interruption = new AbortController();
  let said = '';
  const write = (text: string): void => {
    said += text;
    if (said.includes('trying again')) interruption.abort(new Error('Interrupted'));
  };
  const code = await runCommand(['sync', 'catalog'], {
    stdout: { write: () => undefined },
    stderr: { ...screen, write },
    environment: () => env,
    interrupted: interruption.signal,
  });
  expect(code).toBe(130);
  return said;
}

const refusal =
  /^openedx catalog: source openedx at http:\/\/127\.0\.0\.1:\d+ refuses connections; check LMS__openedx__baseUrl and that the system is up; trying again in \d+ s \(2 of 5\)/m;

test('on a terminal, a refusal says when it is tried again, and how to stop', async () => {
  const said = await untilItWaits({ isTTY: true });
  expect(said).toMatch(new RegExp(`${refusal.source.slice(1)}, Ctrl-C to stop\n`));
});

test('in a pipe the same comes in plain lines', async () => {
  const said = await untilItWaits({});
  expect(said).toMatch(new RegExp(`${refusal.source}\n`, 'm'));
  expect(said).not.toContain('{');
  expect(said).not.toContain('Ctrl-C to stop');
});

test('with --fail-fast the first refusal is the last', async () => {
  const began = Date.now();
  const { code, stdout, stderr } = await run('sync catalog --fail-fast', env);
  expect(stdout).toMatch(/^openedx catalog: failed in \d+ s: 0 read/);
  expect(stdout).toContain('refuses connections; check LMS__openedx__baseUrl');
  expect(stderr).not.toContain('trying again');
  expect(code).toBe(1);
  expect(Date.now() - began).toBeLessThan(5_000);
});
