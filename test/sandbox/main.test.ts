import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { call } from './calls';

const folder = mkdtempSync(join(tmpdir(), 'sandbox-main-'));
const main = join(folder, 'main.js');
beforeAll(() => {
  const entry = join(__dirname, '../../sandbox/main.ts');
  buildSync({ entryPoints: [entry], outfile: main, bundle: true, platform: 'node' });
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<number | null>;
}

function run(ports: Record<string, string>): Ran {
  const child = spawn(process.execPath, [main], { env: { ...process.env, ...ports } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, output: () => output, exit };
}

const anyPorts = {
  SANDBOX_PORT_OPENEDX: '0',
  SANDBOX_PORT_KHALIBRE: '0',
  SANDBOX_PORT_ACADEMY: '0',
  SANDBOX_PORT_TBOOK: '0',
  SANDBOX_PORT_LD: '0',
  SANDBOX_PORT_LRS: '0',
  SANDBOX_PORT_WEBHOOK: '0',
  SANDBOX_PORT_GRAPH: '0',
};

test('says what is where, and stops cleanly on SIGTERM', async () => {
  const ran = run(anyPorts);
  while (!ran.output().includes('DEST__viva__scope=') && ran.child.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const url = /LMS__openedx__baseUrl=(\S+)/.exec(ran.output())?.[1];
  expect((await call(`${url}/_sandbox`)).body).toMatchObject({ name: 'Open edX', courses: 240 });
  expect(ran.output()).toContain('DESTINATIONS=ld,lrs,webhook,viva\n');
  const names: unknown[] = [];
  for (const [, address] of ran.output().matchAll(/DEST__\w+__(?:baseUrl|url)=(http:\/\/[^/\s]+)/g))
    names.push(((await call(`${address}/_sandbox`)).body as { name: string }).name);
  expect(names).toEqual(['LRS', 'Webhook receiver', 'Microsoft Graph']);
  ran.child.kill('SIGTERM');
  expect(await ran.exit).toBe(0);
});

test('a taken port, or one that is none, is one sentence and exit 1', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const { port } = holder.address() as AddressInfo;
  const taken = run({ ...anyPorts, SANDBOX_PORT_LD: String(port) });
  expect(await taken.exit).toBe(1);
  expect(taken.output().trim()).toBe(`L&D services: port ${port} is taken by another program.`);
  await new Promise((resolve) => holder.close(resolve));
  const wrong = run({ SANDBOX_PORT_OPENEDX: 'x' });
  expect(await wrong.exit).toBe(1);
  expect(wrong.output().trim()).toBe('SANDBOX_PORT_OPENEDX must be a port number from 0 to 65535.');
});
