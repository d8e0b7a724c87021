import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableNames } from '../../src/lib/store/storage';
import { alerts, byDefault, charts, root } from './snapshots';

const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
const sources = globSync('src/**/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));

test('every alert is explained, by the name under which it arrives', () => {
  for (const { name, title } of alerts(byDefault).values())
    expect([name, page.includes(`${title} (\`${name}-…\`)`)]).toEqual([name, true]);
});

test('queries look for messages that the app logs', () => {
  const queries = [
    ...[...page.matchAll(/```kusto\n([\s\S]*?)```/g)].map(([, text]) => text ?? ''),
    ...[...alerts(byDefault).values(), ...charts(byDefault)].map(({ query }) => query),
  ];
  const asked = queries.flatMap((query) => [
    ...[...query.matchAll(/\bmessage(?:"\]\))? == "([^"]+)"/g)].map(([, one]) => one ?? ''),
    ...[...query.matchAll(/message in \(([^)]+)\)/g)].flatMap(([, some]) =>
      (some ?? '').split(',').map((one) => one.trim().replaceAll('"', '')),
    ),
  ]);
  expect(asked).toContain('system asks for a pause');
  expect(new Set(asked).size).toBeGreaterThan(8);
  for (const message of asked)
    expect([message, sources.some((text) => text.includes(`'${message}'`))]).toEqual([message, true]);
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
