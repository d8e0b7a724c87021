import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alerts, byDefault, charts, root } from './snapshots';

/*
 * The queries of docs/operations.md, of the alerts and of the workbook, read by Kusto's own language service.
 */

/** One process for all: it takes seconds to start. @returns the faults of each query. */
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

/** Those that are handed to the Azure CLI, on every page. */
const typed = (): string[] =>
  globSync('docs/*.md', { cwd: root }).flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/--analytics-query "([^"]*)"/g)].map(
      ([, query]) => query ?? '',
    ),
  );

const infra = [...alerts(byDefault).values(), ...charts(byDefault)].map(({ query }) => query);
const wrong = ['AppTraces | where Mesage == "x"', 'AppTraces | sumarize count()', 'AppTraces | take 1'];
let faults: ReadonlyMap<string, readonly string[]>;

beforeAll(() => {
  const queries = [...wrong, ...documented(), ...typed(), ...infra];
  const found = check(queries);
  faults = new Map(queries.map((query, i) => [query, found[i] ?? ['not checked']]));
});

const expectRight = (queries: readonly string[]): void => {
  for (const query of queries) expect([query, faults.get(query)]).toEqual([query, []]);
};

test('the language service finds what is wrong', () =>
  expect(wrong.map((query) => faults.get(query))).toEqual([
    [expect.stringContaining('Mesage')],
    expect.arrayContaining([expect.any(String)]),
    [],
  ]));

test('every query of the docs is one', () => {
  expect(documented().length).toBeGreaterThan(8);
  expectRight(documented());
});

test('no page has queries elsewhere, and those for the command line are right', () => {
  const pages = globSync('docs/*.md', { cwd: root }).filter((page) => !page.endsWith('operations.md'));
  for (const page of pages)
    expect([page, readFileSync(join(root, page), 'utf8')]).toEqual([
      page,
      expect.not.stringMatching(/```k(usto|ql)/),
    ]);
  expect(typed().length).toBeGreaterThan(0);
  expectRight(typed());
});

test('so is every query of an alert and of the workbook', () => {
  expect(infra.length).toBeGreaterThan(10);
  expectRight(infra);
});
