import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '../../src/lib/settings';
import type { Definition } from '../../src/lib/settings/definition';
import { appDefinitions } from '../../src/lib/settings/definitions';
import { queueNames, tableNames } from '../../src/lib/store/storage';
import { readInfra, root } from './bicep';
import type { BicepFile } from './bicep-file';

let files: Map<string, BicepFile>;
beforeAll(async () => (files = await readInfra()));
const settings = (name: string): Record<string, string> =>
  files.get('modules/function-app.bicep')?.vars.get(name) as unknown as Record<string, string>;

/** Settings that the Functions host or an SDK reads, not the app. */
const othersRead = [
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'AZURE_CLIENT_ID',
  'AzureWebJobsStorage__blobServiceUri',
  'AzureWebJobsStorage__credential',
];
/** Settings of the app that have no place in Azure: a connection string, and a folder of log files. */
const notInAzure = ['AzureWebJobsStorage', 'LOG_DIR'];
/** Given only by who wants metrics. */
const forMetrics = (name: string): boolean => name.startsWith('OTEL_');

test('the app gets every setting that it knows, and none that nobody reads', () => {
  const given = [...Object.keys(settings('defaults')), ...Object.keys(settings('platform'))];
  const wanted = Object.keys(appDefinitions).filter(
    (name) => !notInAzure.includes(name) && !forMetrics(name),
  );
  expect(given.sort()).toEqual([...wanted, ...othersRead].sort());
});

test('the defaults are those of the app', () => {
  const definitions: Readonly<Record<string, Definition>> = appDefinitions;
  for (const [name, value] of Object.entries(settings('defaults')))
    expect([name, value]).toEqual([name, definitions[name]?.default]);
});

test('what the platform sets wins over the operator, and the operator over the defaults', () => {
  const [config] =
    files.get('modules/function-app.bicep')?.resources.filter(({ symbol }) => symbol === 'settings') ?? [];
  expect(config?.body.name).toBe('appsettings');
  expect(config?.body.properties).toMatchObject({ text: 'union(defaults, appSettings, platform)' });
});

test('with a source and a sink the app reads them without a problem', () => {
  const result = readSettings({
    ...settings('defaults'),
    ...exampleSettings(),
    AzureWebJobsStorage__tableServiceUri: 'https://account.table.core.windows.net/',
    AzureWebJobsStorage__queueServiceUri: 'https://account.queue.core.windows.net/',
    AzureWebJobsStorage__clientId: '11111111-1111-1111-1111-111111111111',
    KEY_VAULT_URL: 'https://vault.vault.azure.net/',
  });
  expect(result).toMatchObject({ ok: true, settings: { sources: [{ id: 'openedx', ok: true }] } });
});

test('the tables and queues that are deployed are those that the app uses', () => {
  const vars = files.get('modules/storage.bicep')?.vars;
  expect(vars?.get('tables')).toEqual([...tableNames]);
  expect(vars?.get('queues')).toEqual([...queueNames]);
});

test('the parameter file fills the parameters of main.bicep from the azd environment', () => {
  const { parameters } = JSON.parse(readFileSync(join(root, 'infra/main.parameters.json'), 'utf8')) as {
    parameters: Record<string, { value: string }>;
  };
  expect(Object.keys(parameters).sort()).toEqual(
    files
      .get('main.bicep')
      ?.params.map(({ name }) => name)
      .sort(),
  );
  for (const { value } of Object.values(parameters)) expect(value).toMatch(/^\$\{[A-Z_]+(=[\w]+)?\}$/);
});

// The page is generated: `npm run docs`.
const page = join(root, 'docs/settings.md');
if (existsSync(page))
  test('every setting that is deployed is described in docs/settings.md', () => {
    const text = readFileSync(page, 'utf8');
    const names = [...Object.keys(settings('defaults')), ...Object.keys(settings('platform'))];
    expect(names.filter((name) => !othersRead.includes(name) && !text.includes(name))).toEqual([]);
  });

/** The settings that docs/deploy.md shows. */
function exampleSettings(): Record<string, string> {
  const text = readFileSync(join(root, 'docs/deploy.md'), 'utf8');
  return JSON.parse(/```json\n([\s\S]*?)```/.exec(text)?.[1] ?? '') as Record<string, string>;
}
