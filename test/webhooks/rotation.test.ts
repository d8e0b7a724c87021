import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newAuthority } from '../../sandbox/azure/authority';
import type { Azure } from '../../sandbox/azure';
import { type HostProcess, spawnHost } from '../local/built-host';
import { type Bridge, startBridge } from '../setup/bridge';
import { signed } from './hooks';

/*
 * The built app in a process of its own, with an identity and a vault: what a deployed app has.
 */

const root = join(__dirname, '../..');
const authority = newAuthority();
const [old, fresh] = [Buffer.from('the old key of tests'), Buffer.from('the new key of tests')];
const whsec = (key: Buffer): string => `whsec_${key.toString('base64')}`;
const body = Buffer.from(JSON.stringify({ eventType: 'course.updated', courseId: 1 }));

const folder = mkdtempSync(join(tmpdir(), 'lms-bridge-rotation-'));
let bridge: Bridge;
let azure: Azure;
const hosts: HostProcess[] = [];
beforeAll(async () => {
  writeFileSync(join(folder, 'ca.pem'), authority.ca);
  bridge = await startBridge({
    sandbox: { khalibre: { courses: 3 }, azure: { tls: authority.issue('good') } },
  });
  azure = bridge.sandbox.azure!;
});
afterAll(async () => {
  await Promise.all(hosts.map((host) => host.end()));
  rmSync(folder, { recursive: true });
  await bridge.stop();
});

const reads = (name: string): number => azure.state.reads[name] ?? 0;

describe('a webhook whose secret was rotated in the vault', () => {
  /** The app as it has run for a while: it knows the old secret. */
  async function running(name: string) {
    azure.state.putSecret(name, whsec(old));
    const host = await spawnHost(
      [join(root, 'dist/local/host.js')],
      {
        ...bridge.env,
        PORT: '0',
        LOG_LEVEL: 'error',
        CATALOG_SCHEDULE: '0 0 2 1 1 *',
        CONSUMPTION_SCHEDULE: '0 0 2 1 1 *',
        NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
        IDENTITY_ENDPOINT: azure.identityEndpoint,
        IDENTITY_HEADER: azure.state.options.identityHeader,
        KEY_VAULT_URL: azure.url,
        LMS__khalibre__webhookSecret: `kv:${name}`,
      },
      { cwd: root },
    );
    hosts.push(host);
    let calls = 0;
    const call = async (key: Buffer): Promise<number> => {
      const headers = signed(key, body, Date.now(), `${name}-${calls++}`);
      const answer = await fetch(`${host.url}/api/webhooks/khalibre`, { method: 'POST', body, headers });
      return answer.status;
    };
    expect(await call(old)).toBe(202);
    expect(reads(name)).toBe(1);
    return call;
  }

  test('is taken with the new one at once', async () => {
    const call = await running('rotated');
    azure.state.putSecret('rotated', whsec(fresh));
    expect(await call(fresh)).toBe(202);
    expect(await call(old)).toBe(401);
    expect(await call(fresh)).toBe(202);
    expect(reads('rotated')).toBe(2);
  });

  test('asks the vault once, however often a forger tries', async () => {
    const call = await running('forged');
    const forged = Buffer.from('a key that nobody gave out');
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(forged)));
    expect(new Set(answers)).toEqual(new Set([401]));
    expect(await call(forged)).toBe(401);
    expect(await call(old)).toBe(202);
    expect(reads('forged')).toBe(2);
  });

  test('goes on with the one it has while the vault is closed, and lets others come again', async () => {
    const call = await running('closed');
    azure.state.options.vaultForbidden = true;
    try {
      expect(await call(fresh)).toBe(503);
      expect(await call(old)).toBe(202);
    } finally {
      azure.state.options.vaultForbidden = false;
    }
  });
});
