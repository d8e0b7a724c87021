import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { newAuthority } from '../../sandbox/azure/authority';
import type { Azure } from '../../sandbox/azure';
import { secretReader } from '../../src/lib/settings/vault';
import { startBridge, type Bridge } from '../setup/bridge';
import { post, signed } from './hooks';

const authority = newAuthority();
const before = getCACertificates('default');
const [old, fresh] = [Buffer.from('the old key of tests'), Buffer.from('the new key of tests')];
const whsec = (key: Buffer): string => `whsec_${key.toString('base64')}`;
const body = Buffer.from(JSON.stringify({ eventType: 'course.updated', courseId: 1 }));

let bridge: Bridge;
let azure: Azure;
beforeAll(async () => {
  setDefaultCACertificates([...before, authority.ca]);
  bridge = await startBridge({
    sandbox: { khalibre: { courses: 3 }, azure: { tls: authority.issue('good') } },
  });
  azure = bridge.sandbox.azure!;
  process.env.IDENTITY_ENDPOINT = azure.identityEndpoint;
  process.env.IDENTITY_HEADER = azure.state.options.identityHeader;
});
afterAll(async () => {
  setDefaultCACertificates(before);
  delete process.env.IDENTITY_ENDPOINT;
  delete process.env.IDENTITY_HEADER;
  await bridge.stop();
});

const reads = (name: string): number => azure.state.reads[name] ?? 0;

describe('a webhook whose secret was rotated in the vault', () => {
  /** The app as it has run for a while: it knows the old secret. */
  async function running(name: string) {
    azure.state.putSecret(name, whsec(old));
    const app = bridge.another({}, { KEY_VAULT_URL: azure.url, LMS__khalibre__webhookSecret: `kv:${name}` });
    let calls = 0;
    const call = async (key: Buffer): Promise<number> =>
      (await post(app, { body, headers: signed(key, body, Date.now(), `${name}-${calls++}`) })).status;
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

test('a secret is asked of the vault again after half a minute, and kept from then on', async () => {
  let now = Date.now();
  azure.state.putSecret('clocked', 'one');
  const secret = secretReader(azure.url, { now: () => now })('LMS__khalibre__webhookSecret', 'kv:clocked');
  expect(await secret.read()).toBe('one');
  azure.state.putSecret('clocked', 'two');
  expect(await secret.readAgain()).toBe('two');
  azure.state.putSecret('clocked', 'three');
  now += 29_000;
  expect([await secret.readAgain(), await secret.read()]).toEqual(['two', 'two']);
  now += 1_001;
  expect([await secret.readAgain(), await secret.read()]).toEqual(['three', 'three']);
  expect(reads('clocked')).toBe(3);
});
