import { ClientSecretCredential, ManagedIdentityCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';
import { request as httpsRequest } from 'node:https';
import { startAzure, type Azure } from '../../../sandbox/azure';
import { certificateKinds, newAuthority, type CertificateKind } from '../../../sandbox/azure/authority';
import { startSandbox } from '../../../sandbox/sandbox';
import { postJson } from '../calls';

const authority = newAuthority();
let azure: Azure;

beforeAll(async () => {
  azure = await startAzure({ secrets: { 'edx-secret': 'first' }, identityClientId: 'bridge' }, authority);
  process.env.IDENTITY_ENDPOINT = azure.identityEndpoint;
  process.env.IDENTITY_HEADER = azure.state.options.identityHeader;
});
afterAll(async () => {
  delete process.env.IDENTITY_ENDPOINT;
  delete process.env.IDENTITY_HEADER;
  await azure.stop();
});

const tlsOptions = { ca: authority.ca };
const trusted = { tlsOptions, retryOptions: { maxRetries: 0 } };
const entra = (secret: string) => {
  const { tenantId, clientId } = azure.state.options;
  const options = { ...trusted, authorityHost: azure.url, disableInstanceDiscovery: true };
  return new ClientSecretCredential(tenantId, clientId, secret, options);
};
const vault = (credential = entra('sandbox-entra-secret')) =>
  new SecretClient(azure.url, credential, { ...trusted, disableChallengeResourceVerification: true });

/** @returns the status, or the code of the error. */
const ask = (url: string, headers: Record<string, string> = {}): Promise<number | string> =>
  new Promise((resolve) => {
    httpsRequest(url, { ca: authority.ca, agent: false, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      .end();
  });

test('the SDK reads a secret after the challenge, and its rotation', async () => {
  const client = vault();
  const secret = await client.getSecret('edx-secret');
  expect(secret.value).toBe('first');
  expect(secret.properties.version).toMatch(/^[0-9a-f]{32}$/);
  azure.state.putSecret('edx-secret', 'second');
  expect((await client.getSecret('edx-secret')).value).toBe('second');
  expect(azure.server.requests.to('/secrets/').map((entry) => entry.status)).toEqual([401, 200, 200]);
});

test('a secret that is not there is 404, one that may not be read 403', async () => {
  await expect(vault().getSecret('nothing')).rejects.toMatchObject({
    statusCode: 404,
    code: 'SecretNotFound',
  });
  azure.state.options.vaultForbidden = true;
  await expect(vault().getSecret('edx-secret')).rejects.toMatchObject({ statusCode: 403 });
  azure.state.options.vaultForbidden = false;
});

test('a wrong client secret is refused by Entra', async () => {
  await expect(entra('wrong').getToken('https://ld.example.com/.default')).rejects.toThrow('AADSTS7000215');
});

test('the managed identity gets a token that opens the vault', async () => {
  const credential = new ManagedIdentityCredential({ clientId: 'bridge', ...trusted });
  const token = await credential.getToken('https://vault.azure.net/.default');
  expect(token.expiresOnTimestamp).toBeGreaterThan(Date.now() + 80_000_000);
  const headers = { Authorization: `Bearer ${token.token}` };
  const secret = `${azure.url}/secrets/edx-secret?api-version=7.5`;
  expect(await ask(secret, headers)).toBe(200);
  azure.state.revokeAll();
  expect(await ask(secret, headers)).toBe(401);
});

test('the identity endpoint wants its header, its version and an identity that exists', async () => {
  const url = `${azure.identityEndpoint}?resource=r&client_id=bridge&api-version=`;
  const headers = { 'X-Identity-Header': azure.state.options.identityHeader };
  expect(await ask(`${url}2019-08-01`)).toBe(401);
  expect(await ask(`${url}2017-09-01`, headers)).toBe(400);
  expect(await ask(`${url}2019-08-01`.replace('bridge', 'other'), headers)).toBe(400);
  expect(await ask(`${url}2019-08-01`, headers)).toBe(200);
});

const outcome: Record<CertificateKind, number | string> = {
  good: 404,
  expired: 'CERT_HAS_EXPIRED',
  'self-signed': 'DEPTH_ZERO_SELF_SIGNED_CERT',
  'wrong-host': 'ERR_TLS_CERT_ALTNAME_INVALID',
};

test.each(certificateKinds)('a %s certificate is what it says to a caller who looks', async (certificate) => {
  const other = await startAzure({ certificate }, authority);
  expect(await ask(`${other.url}/nothing/`)).toBe(outcome[certificate]);
  expect(await ask(`${other.url.replace('localhost', '127.0.0.1')}/nothing/`)).toBe(outcome[certificate]);
  await other.stop();
});

test('a token of the managed identity for the L&D resource is good at the L&D services', async () => {
  const sandbox = await startSandbox({ openEdx: { courses: 1, grades: 0 }, azure: {} });
  const post = (token: string) =>
    postJson(`${sandbox.ldServices.url}/Consumption/exptrack`, [], {
      Authorization: `Bearer ${token}`,
      'Ocp-Apim-Subscription-Key': 'sandbox-subscription-key',
    });
  expect((await post(sandbox.azure!.state.issue('https://ld.example.com'))).status).toBe(200);
  expect((await post(sandbox.azure!.state.issue('https://vault.azure.net'))).status).toBe(401);
  await sandbox.stop();
});
