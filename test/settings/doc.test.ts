import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readSettings } from '../../src/lib/settings';
import { ldDefinitions } from '../../src/lib/destinations/ld-services/settings';
import { appDefinitions } from '../../src/lib/settings/definitions';
import { sharedSourceDefinitions } from '../../src/lib/settings/read-sources';
import { sourceKinds } from '../../src/lib/sources/registry';
import { settingsDoc } from '../../src/lib/settings/doc';

const root = resolve(__dirname, '../..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

test('docs/settings.md is what `npm run docs` makes of the definitions', () =>
  expect(read('docs/settings.md')).toBe(settingsDoc()));

test('every setting is in it', () => {
  const text = read('docs/settings.md');
  const names = [
    ...Object.keys(appDefinitions),
    ...[sharedSourceDefinitions, ...Object.values(sourceKinds).map(({ definitions }) => definitions)]
      .flatMap((definitions) => Object.keys(definitions))
      .map((name) => `LMS__<id>__${name}`),
    ...Object.keys(ldDefinitions).map((name) => `LD__${name}`),
  ];
  for (const name of names) expect(text).toContain(`| \`${name}\` `);
});

test('local.settings.json.example can be used as it is', () => {
  const { Values } = JSON.parse(read('local.settings.json.example')) as { Values: Record<string, string> };
  const result = readSettings(Values);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  expect(result.settings.sources).toEqual([expect.objectContaining({ id: 'openedx', ok: true })]);
  for (const value of Object.values(Values))
    if (value.includes('://') && !value.startsWith('api:'))
      expect(new URL(value).hostname).toMatch(/(^|\.)example\.com$/);
});
