import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableNames } from '../../src/lib/store/storage';
import { readInfra, root } from './bicep';

const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
const sources = globSync('src/**/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));

test('every alert is explained, by the name under which it arrives', async () => {
  const rules = (await readInfra()).get('modules/alerts.bicep')?.vars.get('rules') as unknown as {
    name: string;
    title: string;
  }[];
  expect(rules.length).toBeGreaterThan(0);
  for (const { name, title } of rules) expect(page).toContain(`${title} (\`${name}-…\`)`);
});

test('queries look for messages that the app logs', () => {
  const queries = [...page.matchAll(/```kusto\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');
  const asked = queries.flatMap((query) => [
    ...[...query.matchAll(/message == "([^"]+)"/g)].map(([, one]) => one ?? ''),
    ...[...query.matchAll(/message in \(([^)]+)\)/g)].flatMap(([, some]) =>
      (some ?? '').split(',').map((one) => one.trim().replaceAll('"', '')),
    ),
  ]);
  expect(new Set(asked).size).toBeGreaterThan(5);
  for (const message of asked) expect(sources.some((text) => text.includes(`'${message}'`))).toBe(true);
});

test('every metric is described, and no other', () => {
  const metrics = readFileSync(join(root, 'src/lib/metrics/open-telemetry.ts'), 'utf8');
  const made = new Set([...metrics.matchAll(/'(lms_bridge\.[a-z.]+)'/g)].map(([, name]) => name));
  const told = new Set([...page.matchAll(/^\| `(lms_bridge\.[a-z.]+)`/gm)].map(([, name]) => name));
  expect(made.size).toBe(6);
  expect([...told].sort()).toEqual([...made].sort());
});

test('the loss of every table is explained', () => {
  for (const table of tableNames) expect(page).toMatch(new RegExp(`^\\|[^|]*table \`${table}\``, 'm'));
});
