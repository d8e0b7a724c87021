import type { Node } from 'web-tree-sitter';
import { readInfra } from './bicep';
import { type BicepFile, type Declaration, named } from './bicep-file';
import { Expression, type Value } from './bicep-value';

let files: Map<string, BicepFile>;
beforeAll(async () => (files = await readInfra()));

function resources(type: string): Declaration[] {
  const found = [...files.values()]
    .flatMap((file) => file.resources)
    .filter(({ target, existing }) => target.startsWith(`${type}@`) && !existing);
  if (found.length === 0) throw new Error(`There is no ${type}`);
  return found;
}

/** The properties of the only resource of its type. */
function only(type: string): Record<string, Value> {
  const found = resources(type);
  expect(found).toHaveLength(1);
  return found[0]?.body.properties as Record<string, Value>;
}

const shutWhenPrivate = new Expression("publicAccess ? 'Enabled' : 'Disabled'");

test('storage takes no keys, no anonymous reader and no old TLS, and can be shut off from the internet', () => {
  expect(only('Microsoft.Storage/storageAccounts')).toMatchObject({
    allowSharedKeyAccess: false,
    allowBlobPublicAccess: false,
    allowCrossTenantReplication: false,
    minimumTlsVersion: 'TLS1_2',
    supportsHttpsTrafficOnly: true,
    publicNetworkAccess: shutWhenPrivate,
    networkAcls: { defaultAction: new Expression("publicAccess ? 'Allow' : 'Deny'") },
  });
  expect(only('Microsoft.Storage/storageAccounts/blobServices/containers')).toEqual({ publicAccess: 'None' });
});

test('the vault goes by roles, cannot be purged, and can be shut off from the internet', () => {
  expect(only('Microsoft.KeyVault/vaults')).toMatchObject({
    enableRbacAuthorization: true,
    enablePurgeProtection: true,
    enableSoftDelete: true,
    publicNetworkAccess: shutWhenPrivate,
  });
});

test('who reads a secret is recorded', () => {
  expect(only('Microsoft.Insights/diagnosticSettings').logs).toEqual([
    { categoryGroup: 'audit', enabled: true },
  ]);
});

test('telemetry is taken from Entra identities alone', () => {
  expect(only('Microsoft.Insights/components').DisableLocalAuth).toBe(true);
  expect(only('Microsoft.OperationalInsights/workspaces').features).toMatchObject({ disableLocalAuth: true });
});

test('the app answers on HTTPS alone, with current TLS, on Node 24, and is deployed by its identity', () => {
  expect(only('Microsoft.Web/sites')).toMatchObject({
    httpsOnly: true,
    siteConfig: { minTlsVersion: '1.2' },
    functionAppConfig: {
      runtime: { name: 'node', version: '24' },
      deployment: { storage: { type: 'blobContainer', authentication: { type: 'UserAssignedIdentity' } } },
    },
  });
  expect(resources('Microsoft.Web/sites')[0]?.body.identity).toMatchObject({ type: 'UserAssigned' });
});

test('nothing is published with a password', () => {
  const [policy] = resources('Microsoft.Web/sites/basicPublishingCredentialsPolicies');
  expect(policy?.body.properties).toEqual({ allow: false });
  expect(policy?.node.descendantsOfType('array').map((array) => array?.text)).toEqual(["['ftp', 'scm']"]);
});

test('the identity has five roles, each on one resource, and no others are given', () => {
  const roles = files.get('modules/roles.bicep');
  const given = resources('Microsoft.Authorization/roleAssignments').map(({ symbol, body }) => [
    symbol,
    (body.scope as Expression).text,
  ]);
  expect(given).toEqual([
    ['onStorage', 'account'],
    ['onVault', 'vault'],
    ['onComponent', 'component'],
  ]);
  expect(roles?.resources.filter(({ existing }) => !existing)).toHaveLength(given.length);
  expect(roles?.vars.get('storageRoles')).toEqual([
    'b7e6dc6d-f1e8-4753-8033-0f276bb0955b', // Storage Blob Data Owner
    '974c5e8b-45b9-4653-ba55-5f855dd0fb88', // Storage Queue Data Contributor
    '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3', // Storage Table Data Contributor
  ]);
  expect(roles?.vars.get('keyVaultSecretsUser')).toBe('4633458b-17de-408a-b874-0445c86b69e6');
  expect(roles?.vars.get('monitoringMetricsPublisher')).toBe('3913510d-42f4-4e42-8a64-420c390055eb');
  const granted = resources('Microsoft.Authorization/roleAssignments').map(({ node }) =>
    node
      .descendantsOfType('call_expression')
      .filter((call) => call?.firstNamedChild?.text === 'subscriptionResourceId')
      .map((call) => call && named(call.namedChild(1) as Node)[1]?.text),
  );
  expect(granted).toEqual([['role'], ['keyVaultSecretsUser'], ['monitoringMetricsPublisher']]);
});

test('secrets travel in secure parameters, and end in the vault', () => {
  const holders = [...files].filter(([, { params }]) => params.some(({ name }) => /secret/i.test(name)));
  expect(holders.map(([path]) => path)).toEqual(['main.bicep', 'modules/key-vault.bicep']);
  for (const [, { params }] of holders)
    expect(params.filter(({ name }) => /secret/i.test(name)).every(({ secure }) => secure)).toBe(true);
});

test('no output is a secret', () => {
  const leaks = [...files].flatMap(([path, { outputs, params }]) => {
    const secure = params.filter((param) => param.secure).map(({ name }) => name);
    return outputs
      .filter(({ node }) => {
        const words = node
          .descendantsOfType(['identifier', 'property_identifier'])
          .map((word) => word?.text ?? '');
        return words
          .slice(1)
          .some(
            (word) =>
              secure.includes(word) ||
              /^list[A-Z]|^getSecret$|connectionString|instrumentationKey|password|sharedKey/i.test(word),
          );
      })
      .map(({ name }) => `${path}: ${name}`);
  });
  expect(leaks).toEqual([]);
});

test('nowhere is a key asked for', () => {
  const calls = [...files.values()].flatMap(({ tree }) =>
    tree.descendantsOfType(['call_expression', 'member_expression']).map((node) => node?.text ?? ''),
  );
  expect(calls.filter((text) => /\blist(Keys|AccountSas|ServiceSas|Secrets)\b/i.test(text))).toEqual([]);
});
