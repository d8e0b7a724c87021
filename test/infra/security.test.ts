import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operations } from '../../src/lib/api/operations';
import { byDefault, infra, isolated, root } from './snapshots';

const both = [
  [byDefault, 'Enabled', 'Allow'],
  [isolated, 'Disabled', 'Deny'],
] as const;

test('storage takes no keys, no anonymous reader and no old TLS, and can be shut off from the internet', () => {
  for (const [{ only }, publicNetworkAccess, defaultAction] of both) {
    expect(only('Microsoft.Storage/storageAccounts')).toMatchObject({
      allowSharedKeyAccess: false,
      allowBlobPublicAccess: false,
      allowCrossTenantReplication: false,
      minimumTlsVersion: 'TLS1_2',
      supportsHttpsTrafficOnly: true,
      publicNetworkAccess,
      networkAcls: { defaultAction },
    });
    expect(only('Microsoft.Storage/storageAccounts/blobServices/containers')).toEqual({
      publicAccess: 'None',
    });
  }
});

test('the vault goes by roles, cannot be purged, and can be shut off from the internet', () => {
  for (const [{ only }, publicNetworkAccess, defaultAction] of both)
    expect(only('Microsoft.KeyVault/vaults')).toMatchObject({
      enableRbacAuthorization: true,
      enablePurgeProtection: true,
      enableSoftDelete: true,
      publicNetworkAccess,
      networkAcls: { defaultAction },
    });
});

test('isolated, the app reaches storage and vault by private addresses in its network', () => {
  const [network] = isolated.resources('Microsoft.Network/virtualNetworks');
  expect(isolated.only('Microsoft.Web/sites').virtualNetworkSubnetId).toBe(`${network?.id}/subnets/app`);
  const doors = isolated.resources('Microsoft.Network/privateEndpoints').map(({ properties }) => {
    const [{ properties: to }] = properties.privateLinkServiceConnections;
    expect(properties.subnet.id).toBe(`${network?.id}/subnets/endpoints`);
    return [to.groupIds, to.privateLinkServiceId];
  });
  const [account] = isolated.resources('Microsoft.Storage/storageAccounts');
  const [vault] = isolated.resources('Microsoft.KeyVault/vaults');
  expect(doors).toEqual([
    [['blob'], account?.id],
    [['queue'], account?.id],
    [['table'], account?.id],
    [['vault'], vault?.id],
  ]);
  expect(isolated.resources('Microsoft.Network/privateDnsZones')).toHaveLength(4);
  expect(byDefault.text).not.toContain('Microsoft.Network');
});

test('who reads a secret is recorded', () => {
  expect(byDefault.only('Microsoft.Insights/diagnosticSettings').logs).toEqual([
    { categoryGroup: 'audit', enabled: true },
  ]);
});

test('telemetry is taken from Entra identities alone', () => {
  expect(byDefault.only('Microsoft.Insights/components').DisableLocalAuth).toBe(true);
  expect(byDefault.only('Microsoft.OperationalInsights/workspaces').features.disableLocalAuth).toBe(true);
});

test('the app answers on HTTPS alone, with current TLS, on Node 24, and is deployed by its identity', () => {
  expect(byDefault.only('Microsoft.Web/sites')).toMatchObject({
    httpsOnly: true,
    virtualNetworkSubnetId: null,
    siteConfig: { minTlsVersion: '1.2' },
    functionAppConfig: {
      runtime: { name: 'node', version: '24' },
      deployment: { storage: { type: 'blobContainer', authentication: { type: 'UserAssignedIdentity' } } },
    },
  });
  expect(byDefault.resources('Microsoft.Web/sites')[0]?.identity?.type).toBe('UserAssigned');
});

test('nothing is published with a password', () => {
  const doors = byDefault.resources('Microsoft.Web/sites/basicPublishingCredentialsPolicies');
  expect(doors.map(({ name, properties }) => [name.split('/')[1], properties])).toEqual([
    ['ftp', { allow: false }],
    ['scm', { allow: false }],
  ]);
});

/** What docs/security.md gives a reason for. */
const reasoned = [
  ['Microsoft.Storage', 'Storage Blob Data Owner', 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'],
  ['Microsoft.Storage', 'Storage Queue Data Contributor', '974c5e8b-45b9-4653-ba55-5f855dd0fb88'],
  ['Microsoft.Storage', 'Storage Table Data Contributor', '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'],
  ['Microsoft.KeyVault', 'Key Vault Secrets User', '4633458b-17de-408a-b874-0445c86b69e6'],
  ['Microsoft.Insights', 'Monitoring Metrics Publisher', '3913510d-42f4-4e42-8a64-420c390055eb'],
] as const;

test('the identity has five roles, each on one resource and with a reason, and nobody has another', () => {
  const page = readFileSync(join(root, 'docs/security.md'), 'utf8');
  for (const [{ resources }] of both) {
    const [identity] = resources('Microsoft.ManagedIdentity/userAssignedIdentities');
    const given = resources('Microsoft.Authorization/roleAssignments').map(({ id, properties }) => {
      expect(properties.principalId).toContain(`reference('${identity?.id}'`);
      const [, provider, kind] = /providers\/([^/]+)\/(?:[^/]+\/)[^/]+\/providers\/([^/]+)\//.exec(id) ?? [];
      expect(kind).toBe('Microsoft.Authorization');
      return [provider, properties.roleDefinitionId.split('/').at(-1)];
    });
    expect(given).toEqual(reasoned.map(([provider, , id]) => [provider, id]));
  }
  for (const [, role] of reasoned)
    expect([role, new RegExp(`^\\| _${role}_ `, 'm').test(page)]).toEqual([role, true]);
});

test('an Entra token is asked of all callers but vendors and those who ask for what is public', () => {
  const signIn = isolated
    .resources('Microsoft.Web/sites/config')
    .find(({ name }) => name.endsWith('/authsettingsV2'));
  if (!signIn) throw new Error('There is no authsettingsV2');
  const { globalValidation, identityProviders } = signIn.properties;
  const open = operations.flatMap(([, { access, path }]) => (access === 'anyone' ? [`/api${path}`] : []));
  expect(open.length).toBeGreaterThan(0);
  expect(globalValidation).toEqual({
    requireAuthentication: true,
    unauthenticatedClientAction: 'Return401',
    excludedPaths: [...open, '/api/webhooks/openedx', '/api/webhooks/khalibre'],
  });
  expect(identityProviders.azureActiveDirectory.validation.allowedAudiences).toEqual([
    '22222222-2222-2222-2222-222222222222',
    'api://22222222-2222-2222-2222-222222222222',
  ]);
  expect(byDefault.text).not.toContain('authsettingsV2');
});

test('no output is a secret', () => {
  expect(Object.keys(byDefault.outputs)).toEqual([
    'AZURE_KEY_VAULT_NAME',
    'AZURE_LOCATION',
    'AZURE_LOG_ANALYTICS_WORKSPACE_ID',
    'AZURE_RESOURCE_GROUP',
    'AZURE_STORAGE_ACCOUNT_NAME',
    'AZURE_TENANT_ID',
    'SERVICE_API_NAME',
    'SERVICE_API_PRINCIPAL_ID',
    'SERVICE_API_URI',
  ]);
});

test('secrets travel in secure parameters, and nowhere is a key asked for', () => {
  const texts = globSync('**/*.bicep', { cwd: infra }).map((file) => readFileSync(join(infra, file), 'utf8'));
  const holders = texts.join('\n').match(/^(?:@.*\n)*param secrets .*/gm) ?? [];
  expect(holders).toHaveLength(2);
  for (const holder of holders) expect(holder).toMatch(/^@secure\(\)$/m);
  expect(texts.filter((text) => /\blist[A-Z]\w*\(|\.list[A-Z]\w*\(/.test(text))).toEqual([]);
});
