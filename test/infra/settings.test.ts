import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '../../src/lib/settings';
import type { Definition } from '../../src/lib/settings/definition';
import { appDefinitions } from '../../src/lib/settings/definitions';
import { queueNames, tableNames } from '../../src/lib/store/storage';
import { byDefault, infra, isolated, root, type Snapshot } from './snapshots';

const definitions: Readonly<Record<string, Definition>> = appDefinitions;
const settingsOf = (snapshot: Snapshot): Record<string, string> =>
  snapshot.resources('Microsoft.Web/sites/config').find(({ name }) => name.endsWith('/appsettings'))
    ?.properties;
const asked = (variant: string): Record<string, string> => {
  const env = readFileSync(join(infra, `snapshots/${variant}.env`), 'utf8');
  return JSON.parse(/^LMS_BRIDGE_APP_SETTINGS='(.*)'$/m.exec(env)?.[1] ?? '') as Record<string, string>;
};

/** What the platform gives and no operator may change; the last three are read by the host or an SDK, not by the app. */
const fromPlatform = [
  'AzureWebJobsStorage__tableServiceUri',
  'AzureWebJobsStorage__queueServiceUri',
  'AzureWebJobsStorage__clientId',
  'KEY_VAULT_URL',
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'AZURE_CLIENT_ID',
  'AzureWebJobsStorage__blobServiceUri',
  'AzureWebJobsStorage__credential',
];

test('every setting of the app can be set: those of the operator arrive as they are, beside the defaults', () => {
  for (const [snapshot, variant] of [
    [byDefault, 'default'],
    [isolated, 'isolated'],
  ] as const) {
    const given = Object.entries(settingsOf(snapshot)).filter(([name]) => !fromPlatform.includes(name));
    const own = Object.entries(asked(variant)).filter(([name]) => !fromPlatform.includes(name));
    const defaults = given.filter(([name]) => !own.some(([other]) => other === name));
    expect(given).toEqual(expect.arrayContaining(own));
    expect(defaults.length).toBeGreaterThan(2);
    for (const [name, value] of defaults) expect([name, value]).toEqual([name, definitions[name]?.default]);
  }
});

test('what the platform gives wins over what an operator sets', () => {
  expect(asked('isolated').KEY_VAULT_URL).toBe('https://not-ours.example.com');
  for (const snapshot of [byDefault, isolated]) {
    expect(Object.keys(settingsOf(snapshot))).toEqual(expect.arrayContaining(fromPlatform));
    expect(settingsOf(snapshot).KEY_VAULT_URL).toMatch(
      /^\[reference\('.*\/Microsoft.KeyVault\/vaults\/.*vaultUri\]$/,
    );
    // Beside an identity a blank one would be taken for a connection string.
    expect(settingsOf(snapshot)).not.toHaveProperty('AzureWebJobsStorage');
  }
});

test('the settings that docs/deploy.md shows are read without a problem, and are those of the snapshot', () => {
  const text = readFileSync(join(root, 'docs/deploy.md'), 'utf8');
  const shown = JSON.parse(/```json\n([\s\S]*?)```/.exec(text)?.[1] ?? '') as Record<string, string>;
  expect(asked('default')).toEqual(shown);
  const result = readSettings({
    ...settingsOf(byDefault),
    AzureWebJobsStorage__tableServiceUri: 'https://account.table.core.windows.net/',
    AzureWebJobsStorage__queueServiceUri: 'https://account.queue.core.windows.net/',
    AzureWebJobsStorage__clientId: '11111111-1111-1111-1111-111111111111',
    KEY_VAULT_URL: 'https://vault.vault.azure.net/',
  });
  expect(result).toMatchObject({ ok: true, settings: { sources: [{ id: 'openedx', ok: true }] } });
});

test('the tables and queues that are deployed are those that the app uses', () => {
  const named = (type: string): (string | undefined)[] =>
    byDefault.resources(type).map(({ name }) => name.split('/').at(-1));
  expect(named('Microsoft.Storage/storageAccounts/tableServices/tables')).toEqual([...tableNames]);
  expect(named('Microsoft.Storage/storageAccounts/queueServices/queues')).toEqual([...queueNames]);
});

test('every parameter is set from the azd environment, by a name that docs/deploy.md explains', () => {
  const declared = [...readFileSync(join(infra, 'main.bicep'), 'utf8').matchAll(/^param (\w+)/gm)];
  const file = readFileSync(join(infra, 'main.bicepparam'), 'utf8');
  const set = [...file.matchAll(/^param (\w+)/gm)];
  expect(set.map(([, name]) => name)).toEqual(declared.map(([, name]) => name));
  const page = readFileSync(join(root, 'docs/deploy.md'), 'utf8');
  for (const [, name, preset] of file.matchAll(/readEnvironmentVariable\('(LMS_\w+)', '(.*?)'\)/g)) {
    const shown = /^\W*$/.test(preset ?? '') ? 'none' : preset;
    const told = new RegExp(`^\\| \`${name}\` +\\| ${shown} `, 'm').test(page);
    expect([name, shown, told]).toEqual([name, shown, true]);
  }
});
