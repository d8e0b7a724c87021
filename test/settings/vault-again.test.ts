import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { type Azure, startAzure } from '../../sandbox/azure';
import { secretReader } from '../../src/lib/settings/vault';

const before = getCACertificates('default');
let azure: Azure;
beforeAll(async () => {
  azure = await startAzure();
  setDefaultCACertificates([...before, azure.ca]);
  process.env.IDENTITY_ENDPOINT = azure.identityEndpoint;
  process.env.IDENTITY_HEADER = azure.state.options.identityHeader;
});
afterAll(async () => {
  setDefaultCACertificates(before);
  delete process.env.IDENTITY_ENDPOINT;
  delete process.env.IDENTITY_HEADER;
  await azure.stop();
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
  expect(azure.state.reads.clocked).toBe(3);
});
