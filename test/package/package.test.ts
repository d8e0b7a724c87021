import { buildSync } from 'esbuild';
import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { missingIn } from '../../scripts/packaged.cjs';
import { pageScript } from '../../scripts/page-script.cjs';
import { newAuthority } from '../../sandbox/azure/authority';
import { buildHost, spawnHost } from '../local/built-host';
import { startBridge } from '../setup/bridge';

interface Listed {
  readonly name: string;
  readonly bindings: readonly Record<string, unknown>[];
}

const root = resolve(__dirname, '../..');
const json = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;

let bare: string;
let unbundled: string;
let packaged: string;
let lister: string;

beforeAll(() => {
  // Outside of the project: whatever the package needs must be in it.
  bare = mkdtempSync(join(tmpdir(), 'lms-bridge-package-'));
  packaged = join(bare, 'app');
  execFileSync(process.execPath, [join(root, 'scripts/package.mjs'), packaged], { cwd: bare, stdio: 'pipe' });
  lister = join(bare, 'list-functions.js');
  buildSync({
    entryPoints: [join(__dirname, 'list-functions.ts')],
    outfile: lister,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
  });

  mkdirSync(join(root, 'dist'), { recursive: true });
  unbundled = mkdtempSync(join(root, 'dist/test-package-'));
  buildSync({
    entryPoints: globSync('src/**/*.ts', { cwd: root }).map((file) => join(root, file)),
    outdir: join(unbundled, 'src'),
    outbase: join(root, 'src'),
    define: pageScript(),
    platform: 'node',
    format: 'cjs',
    target: 'node24',
  });
  writeFileSync(
    join(unbundled, 'package.json'),
    JSON.stringify({ version: '0', main: 'src/{index.js,functions/*.js}' }),
  );
}, 120_000);

afterAll(() => {
  for (const folder of [bare, unbundled]) rmSync(folder, { recursive: true, force: true });
});

/** In a process that sees no setting at all: loading must not need one. */
function functionsOf(folder: string): Listed[] {
  const output = execFileSync(process.execPath, [lister, folder], {
    cwd: bare,
    env: { PATH: process.env.PATH },
    encoding: 'utf8',
  });
  return JSON.parse(output) as Listed[];
}

test('the package offers the same functions as the build, with the same routes, methods, levels and queues', () => {
  const built = functionsOf(unbundled);
  expect(functionsOf(packaged)).toEqual(built);
  expect(built).toHaveLength(globSync('src/functions/*.ts', { cwd: root }).length);
});

test('the package runs: it makes its tables and answers', async () => {
  const built = await buildHost();
  const settings = {
    AzureWebJobsStorage: process.env.TEST_STORAGE ?? '',
    LD__baseUrl: 'http://127.0.0.1:9',
    LD__submittedBy: 'package-test',
    LD__auth: 'oauth2',
    LD__tokenUrl: 'http://127.0.0.1:9/token',
    LD__clientId: 'client',
    LD__clientSecret: 'secret',
  };
  const host = await spawnHost([`${built.folder}/host.js`], { PORT: '0', ...settings }, { cwd: packaged });
  try {
    const health = await fetch(`${host.url}/api/health`);
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
    const runs = await fetch(`${host.url}/api/runs?source=nobody`);
    expect([runs.status, await runs.json()]).toEqual([200, { runs: [] }]);
  } finally {
    await host.end();
    await built.remove();
  }
});

test('only health and the descriptions of the API can be called without a key', () => {
  const open = functionsOf(packaged).flatMap(({ bindings }) =>
    bindings.filter((b) => b.type === 'httpTrigger' && b.authLevel !== 'function').map((b) => b.route),
  );
  expect(open).toContain('health');
  expect(['health', 'openapi.json', 'swagger.json']).toEqual(expect.arrayContaining(open));
});

test('the manifest needs nothing installed and has no scripts to run', () => {
  const manifest = json(join(packaged, 'package.json'));
  expect(manifest.main).toBe('main.js');
  expect(manifest.version).toBe(json(join(root, 'package.json')).version);
  for (const field of ['type', 'dependencies', 'devDependencies', 'scripts'])
    expect(manifest).not.toHaveProperty(field);
});

test('the package has the command line when the project has one, and it starts', () => {
  const { bin } = json(join(packaged, 'package.json')) as { bin?: Record<string, string> };
  expect(Boolean(bin)).toBe(existsSync(join(root, 'src/cli/main.ts')));
  for (const file of Object.values(bin ?? {}))
    execFileSync(process.execPath, ['--check', join(packaged, file)], { stdio: 'pipe' });
});

test('the packaged command line reads the vault with the managed identity, from files loaded at first use', async () => {
  const authority = newAuthority();
  writeFileSync(join(bare, 'ca.pem'), authority.ca);
  const secrets = { 'edx-secret': 'sandbox-edx-secret' };
  const bridge = await startBridge({
    sandbox: { azure: { tls: authority.issue('good'), identityClientId: 'bridge', secrets } },
  });
  try {
    const azure = bridge.sandbox.azure;
    const env = {
      ...process.env,
      ...bridge.env,
      NODE_EXTRA_CA_CERTS: join(bare, 'ca.pem'),
      KEY_VAULT_URL: azure?.url,
      LMS__openedx__clientSecret: 'kv:edx-secret',
      IDENTITY_ENDPOINT: azure?.identityEndpoint,
      IDENTITY_HEADER: azure?.state.options.identityHeader,
      AZURE_CLIENT_ID: 'bridge',
    };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(packaged, 'cli.js'), 'sync', 'catalog', '--source', 'openedx'],
      { env, cwd: bare },
    );
    expect(stdout).toContain('openedx catalog: succeeded');
    expect(azure?.state.reads).toEqual({ 'edx-secret': 1 });
  } finally {
    await bridge.stop();
  }
}, 30_000);

test('the package holds the host’s settings and is a few MB', () => {
  expect(json(join(packaged, 'host.json'))).toEqual(json(join(root, 'host.json')));
  expect(existsSync(join(packaged, 'local.settings.json'))).toBe(false);
  const bytes = globSync('**/*.js', { cwd: packaged }).map((file) => statSync(join(packaged, file)).size);
  expect(Math.max(...bytes)).toBeLessThan(4 * 1024 * 1024);
});

test('a file that the package needs and does not have is told by name', async () => {
  const lame = join(bare, 'lame');
  cpSync(packaged, lame, { recursive: true });
  rmSync(join(lame, 'keyvault-secrets.js'));
  const needs = 'needs ./keyvault-secrets.js, which is not in the package';
  expect((await missingIn(lame)).sort()).toEqual([`cli.js ${needs}`, `main.js ${needs}`]);
  writeFileSync(join(lame, 'keyvault-secrets.js'), "exports.SecretClient = require('left-out');");
  expect(await missingIn(lame)).toEqual(['keyvault-secrets.js needs left-out, which is not in the package']);
  writeFileSync(join(lame, 'keyvault-secrets.js'), 'undefined.SecretClient;');
  expect(await missingIn(lame)).toEqual([expect.stringMatching(/^the package does not load: TypeError/)]);
});

test('a folder with something in it is left alone', () => {
  expect(() =>
    execFileSync(process.execPath, [join(root, 'scripts/package.mjs'), bare], { stdio: 'pipe' }),
  ).toThrow(/is not empty/);
  expect(existsSync(lister)).toBe(true);
});
