import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const node = (args: readonly string[], env: Record<string, string> = {}): [number | null, string] => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
  });
  return [status, `${stdout}${stderr}`];
};

/** As `npm run infra` tells of them. */
function differences(before: object, after: object): string[] {
  const code = `import { differences } from './scripts/infra/differences.mjs';
    console.log(JSON.stringify(differences(...${JSON.stringify([before, after])})));`;
  return JSON.parse(node(['--input-type=module', '-e', code])[1]) as string[];
}

const group = '/subscriptions/0/resourceGroups/rg/providers';
const account = {
  id: `${group}/Microsoft.Storage/storageAccounts/st`,
  properties: { keys: false, ips: ['a'] },
};
const vault = { id: `${group}/Microsoft.KeyVault/vaults/kv` };

test('a resource or a property that comes, goes or changes is named', () => {
  const snapshot = { predictedResources: [account, vault], outputs: { NAME: 'app' } };
  expect(differences(snapshot, snapshot)).toEqual([]);
  const changed = { ...account, properties: { keys: true, ips: [], tls: '1.2' } };
  expect(
    differences(snapshot, { predictedResources: [changed, { id: '/new' }], outputs: { NAME: 'other' } }),
  ).toEqual([
    'Microsoft.Storage/storageAccounts/st: properties.keys: false -> true',
    'Microsoft.Storage/storageAccounts/st: properties.ips.0: "a" -> nothing',
    'Microsoft.Storage/storageAccounts/st: properties.tls: nothing -> "1.2"',
    `gone: ${vault.id}`,
    'outputs: NAME: "app" -> "other"',
    'new: /new',
  ]);
});

test('without a compiler one sentence says so, and it is neither a success nor a fault', () => {
  expect(node(['scripts/infra.mjs'], { BICEP: process.execPath })).toEqual([
    2,
    `BICEP is ${process.execPath}, which is no Bicep compiler.\n`,
  ]);
});
