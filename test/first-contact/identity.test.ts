import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newAuthority } from '../../sandbox/azure/authority';
import type { Azure } from '../../sandbox/azure';
import { type Bridge, startBridge } from '../setup/bridge';
import { type BuiltCli, buildCli } from '../cli/built-cli';

const authority = newAuthority();
const edxSecret = 'sandbox-edx-secret';
let cli: BuiltCli;
let bridge: Bridge;
let azure: Azure;

beforeAll(async () => {
  cli = buildCli();
  writeFileSync(join(cli.folder, 'ca.pem'), authority.ca);
});
afterAll(() => cli.remove());

beforeEach(async () => {
  const tls = authority.issue('good');
  bridge = await startBridge({
    sandbox: { azure: { tls, identityClientId: 'bridge', secrets: { 'edx-secret': edxSecret } } },
  });
  if (!bridge.sandbox.azure) throw new Error('There is no Azure');
  azure = bridge.sandbox.azure;
  azure.state.putSecret('ld-secret', azure.state.options.clientSecret);
});
afterEach(() => bridge.stop());

/** Each in a process of its own: the Azure SDK looks for its credential once. */
async function lmsBridge(
  args: string,
  env: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const started = cli.start(args.split(' '), {
    ...bridge.env,
    NODE_EXTRA_CA_CERTS: join(cli.folder, 'ca.pem'),
    KEY_VAULT_URL: azure.url,
    LMS__openedx__clientSecret: 'kv:edx-secret',
    ...env,
  });
  const code = await started.exit;
  const output = started.output();
  for (const secret of [edxSecret, azure.state.options.clientSecret, azure.state.options.identityHeader])
    expect(output).not.toContain(secret);
  return { code, output };
}

/** As App Service sets it; the identity is a user-assigned one. */
const managedIdentity = (): Record<string, string> => ({
  IDENTITY_ENDPOINT: azure.identityEndpoint,
  IDENTITY_HEADER: azure.state.options.identityHeader,
  AZURE_CLIENT_ID: 'bridge',
});

const entra = (): Record<string, string> => ({
  LD__auth: 'entra',
  LD__tenantId: azure.state.options.tenantId,
  LD__clientId: azure.state.options.clientId,
  LD__clientSecret: 'kv:ld-secret',
  LD__tokenUrl: '',
  AZURE_AUTHORITY_HOST: azure.url,
});

const delivered = (): number => bridge.sandbox.ldServices.state.catalog.size;

test('a secret of the vault is read with the managed identity, once', async () => {
  const { code, output } = await lmsBridge('sync catalog', managedIdentity());
  expect(output).toContain('openedx catalog: succeeded');
  expect(code).toBe(0);
  expect(azure.state.reads).toEqual({ 'edx-secret': 1 });
  expect(delivered()).toBe(12);
});

test('the L&D services take a token of Entra, had with a secret of the vault', async () => {
  const { output } = await lmsBridge('sync catalog', { ...managedIdentity(), ...entra() });
  expect(output).toContain('openedx catalog: succeeded');
  expect(azure.state.reads).toEqual({ 'edx-secret': 1, 'ld-secret': 1 });
  expect(delivered()).toBe(12);
  expect(bridge.sandbox.ldServices.state.tokens.issued).toBe(0);
});

test('the L&D services take a token of the managed identity', async () => {
  const own = {
    LD__auth: 'managed-identity',
    LD__clientId: 'bridge',
    LD__clientSecret: '',
    LD__tokenUrl: '',
  };
  const { output } = await lmsBridge('sync catalog', { ...managedIdentity(), ...own });
  expect(output).toContain('openedx catalog: succeeded');
  expect(delivered()).toBe(12);
  expect(bridge.sandbox.ldServices.state.tokens.issued).toBe(0);
});

test('a secret of a source that changes in the vault while a run works is picked up', async () => {
  const { openEdx } = bridge.sandbox;
  openEdx.server.onRequest = ({ path }) => {
    if (!path.includes('/courses/')) return;
    openEdx.server.onRequest = undefined;
    openEdx.state.tokens.client.clientSecret = 'another-edx-secret';
    openEdx.state.tokens.revokeAll();
    azure.state.putSecret('edx-secret', 'another-edx-secret');
  };
  const { code, output } = await lmsBridge('sync catalog', managedIdentity());
  expect(output).toContain('openedx catalog: succeeded');
  expect(output).not.toContain('another-edx-secret');
  expect(code).toBe(0);
  expect(azure.state.reads).toEqual({ 'edx-secret': 2 });
});

test('a secret of the L&D services that changes in the vault while a run works is picked up', async () => {
  const { ldServices } = bridge.sandbox;
  let posts = 0;
  ldServices.server.onRequest = ({ path }) => {
    if (!path.endsWith('/exptrack') || ++posts !== 2) return;
    azure.state.client.clientSecret = 'another-ld-secret';
    azure.state.putSecret('ld-secret', 'another-ld-secret');
    // The vault's own tokens stay good.
    azure.state.desk(ldServices.state.options.resource).revokeAll();
  };
  const settings = { LD__batchSize: '50', LD__concurrency: '1', LMS__openedx__parallelSlices: '1' };
  const { code, output } = await lmsBridge('sync consumption', {
    ...managedIdentity(),
    ...entra(),
    ...settings,
  });
  expect(output).toContain('openedx consumption: succeeded');
  expect(output).not.toContain('another-ld-secret');
  expect(code).toBe(0);
  expect(azure.state.reads['ld-secret']).toBe(2);
});

describe('what keeps a secret from being read is one sentence', () => {
  const checked = async (what: string, env: Record<string, string>): Promise<string> => {
    const { code, output } = await lmsBridge('check --json', env);
    expect(code).toBe(1);
    const { checks } = JSON.parse(output.slice(output.indexOf('{"ok"'))) as {
      checks: { what: string; result: string; detail: string }[];
    };
    const found = checks.find((check) => check.what === what);
    expect(found?.result).toBe('wrong');
    return found?.detail ?? '';
  };

  test('no credential is at hand: told within seconds', async () => {
    const began = Date.now();
    expect(await checked('openedx: catalog', {})).toBe(
      'LMS__openedx__clientSecret: no Azure credential is at hand to read kv:edx-secret; sign in (az login), or run with a managed identity',
    );
    expect(Date.now() - began).toBeLessThan(45_000);
  });

  test('there is no such secret', async () =>
    expect(
      await checked('openedx: catalog', { ...managedIdentity(), LMS__openedx__clientSecret: 'kv:nothing' }),
    ).toBe(
      `LMS__openedx__clientSecret: there is no secret nothing in ${azure.url}; create it or correct the name`,
    ));

  test('the identity has no right to it', async () => {
    azure.state.options.vaultForbidden = true;
    expect(await checked('openedx: catalog', managedIdentity())).toBe(
      `LMS__openedx__clientSecret: this app's identity may not read the secret edx-secret in ${azure.url}; give it the role Key Vault Secrets User`,
    );
  });

  test('KEY_VAULT_URL is missing', async () =>
    expect(await checked('openedx: catalog', { ...managedIdentity(), KEY_VAULT_URL: '' })).toBe(
      "LMS__openedx__clientSecret is kv:edx-secret, but KEY_VAULT_URL is not set; set it to the vault's address",
    ));

  test('the vault cannot be reached', async () =>
    expect(
      await checked('openedx: catalog', { ...managedIdentity(), KEY_VAULT_URL: 'https://127.0.0.1:9' }),
    ).toBe(
      'LMS__openedx__clientSecret: the vault https://127.0.0.1:9 cannot be reached to read the secret edx-secret; check KEY_VAULT_URL and the network',
    ));

  test('Entra does not take the secret', async () => {
    azure.state.putSecret('ld-secret', 'wrong');
    expect(await checked('L&D services: token', { ...managedIdentity(), ...entra() })).toBe(
      'L&D services: Entra refuses the client; check LD__tenantId, LD__clientId, LD__clientSecret and LD__scope',
    );
  });

  test('there is no managed identity of that name', async () => {
    const own = {
      LD__auth: 'managed-identity',
      LD__clientId: 'nobody',
      LD__clientSecret: '',
      LD__tokenUrl: '',
    };
    expect(await checked('L&D services: token', { ...managedIdentity(), ...own })).toBe(
      'L&D services: no managed identity gives a token; assign one to the app, or correct LD__clientId and LD__scope',
    );
  });
});
