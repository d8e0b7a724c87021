import type { Node } from 'web-tree-sitter';
import { faults, modulePath, readInfra } from './bicep';
import { type BicepFile, named } from './bicep-file';

let files: Map<string, BicepFile>;
beforeAll(async () => (files = await readInfra()));
const each = (): [string, BicepFile][] => [...files];

/** What Bicep itself brings: its functions are told apart from names by being called. */
const builtIn = ['az', 'sys'];

test('every file parses', () => {
  expect([...files.keys()]).toContain('main.bicep');
  expect(each().flatMap(([path, { tree }]) => faults(tree).map((fault) => `${path} ${fault}`))).toEqual([]);
});

test('every module exists, gets all that it requires, and nothing that it does not know', () => {
  for (const [path, { modules }] of each())
    for (const { symbol, target, body } of modules) {
      const module = files.get(modulePath(path, target));
      expect([path, symbol, module && 'exists']).toEqual([path, symbol, 'exists']);
      const given = Object.keys(body.params ?? {});
      const known = module?.params.map(({ name }) => name) ?? [];
      const required = module?.params.filter((param) => param.required).map(({ name }) => name) ?? [];
      expect([symbol, given.filter((name) => !known.includes(name))]).toEqual([symbol, []]);
      expect([symbol, required.filter((name) => !given.includes(name))]).toEqual([symbol, []]);
    }
});

test('every module file is used', () => {
  const used = each().flatMap(([path, { modules }]) => modules.map(({ target }) => modulePath(path, target)));
  expect([...new Set(used)].sort()).toEqual([...files.keys()].filter((path) => path !== 'main.bicep').sort());
});

test('every output of a module that is read is declared by it', () => {
  let read = 0;
  for (const [path, { tree, modules }] of each())
    for (const { symbol, target } of modules) {
      const declared = files.get(modulePath(path, target))?.outputs.map(({ name }) => name) ?? [];
      for (const [, output] of tree.text.matchAll(new RegExp(`\\b${symbol}!?\\.outputs\\.(\\w+)`, 'g'))) {
        expect(declared).toContain(output);
        read++;
      }
    }
  expect(read).toBeGreaterThan(10);
});

test('every name that is used is declared in its file, and every parameter is used', () => {
  for (const [path, { tree, params, vars, resources, modules }] of each()) {
    const local = tree
      .descendantsOfType(['for_statement', 'lambda_expression'])
      .map((node) => node?.firstNamedChild?.text ?? '');
    const declared = [
      ...params.map(({ name }) => name),
      ...vars.keys(),
      ...[...resources, ...modules].map(({ symbol }) => symbol),
      ...local,
      ...builtIn,
    ];
    const used = usedNames(tree);
    expect([path, used.filter((name) => !declared.includes(name))]).toEqual([path, []]);
    expect([path, params.map(({ name }) => name).filter((name) => !used.includes(name))]).toEqual([path, []]);
  }
});

test('a resource type has one version everywhere', () => {
  const versions = new Map<string, Set<string>>();
  for (const [, { resources }] of each())
    for (const { target } of resources) {
      const [type = '', version = ''] = target.split('@');
      expect(version).toMatch(/^\d{4}-\d{2}-\d{2}(-preview)?$/);
      versions.set(type, (versions.get(type) ?? new Set()).add(version));
    }
  expect([...versions].filter(([, all]) => all.size > 1)).toEqual([]);
});

/** Identifiers that stand for a value: no keys, no called functions, no declared names. */
function usedNames(tree: Node): string[] {
  return tree.descendantsOfType('identifier').flatMap((node) => {
    const parent = node?.parent;
    if (!node || !parent) return [];
    const isFirst = named(parent)[0]?.id === node.id;
    const names = parent.type.endsWith('_declaration') || parent.type === 'object_property';
    const binds = parent.type === 'for_statement' || parent.type === 'lambda_expression';
    const called = parent.type === 'call_expression' || parent.type === 'decorator';
    return isFirst && (names || binds || called) ? [] : [node.text];
  });
}
