import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readInfra } from './bicep';

/*
 * The queries of docs/operations.md and of the alerts, read by Kusto's own language service.
 */

const root = join(__dirname, '../..');
const check = (queries: readonly string[]): string[][] =>
  JSON.parse(
    execFileSync(process.execPath, [join(root, 'scripts/check-kusto.cjs')], {
      input: JSON.stringify(queries),
    }).toString(),
  ) as string[][];

/** The blocks of the docs; each begins with the first, which is not repeated. */
function documented(): string[] {
  const text = readFileSync(join(root, 'docs/operations.md'), 'utf8');
  const [first = '', ...others] = [...text.matchAll(/```kusto\n([\s\S]*?)```/g)].map(
    ([, query]) => query ?? '',
  );
  return others.map((query) => first + query);
}

async function alerts(): Promise<string[]> {
  const rules = (await readInfra()).get('modules/alerts.bicep')?.vars.get('rules');
  const lines = (await readInfra()).get('modules/alerts.bicep')?.vars;
  if (!Array.isArray(rules) || !lines) throw new Error('There are no rules in modules/alerts.bicep');
  // A number of minutes is all that a deployment puts in.
  return (rules as { query: unknown }[]).map(({ query }) => String(query).replace(/\$\{[^}]*\}/g, '60'));
}

test('the language service finds what is wrong', () => {
  expect(
    check(['AppTraces | where Mesage == "x"', 'AppTraces | sumarize count()', 'AppTraces | take 1']),
  ).toEqual([[expect.stringContaining('Mesage')], expect.arrayContaining([expect.any(String)]), []]);
});

test('every query of the docs is one', () => {
  const queries = documented();
  expect(queries.length).toBeGreaterThan(8);
  for (const [i, faults] of check(queries).entries()) expect([queries[i], faults]).toEqual([queries[i], []]);
});

test('so is every query of an alert', async () => {
  const queries = await alerts();
  expect(queries.length).toBeGreaterThan(3);
  for (const [i, faults] of check(queries).entries()) expect([queries[i], faults]).toEqual([queries[i], []]);
});
