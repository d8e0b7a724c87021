import { globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Language, type Node, Parser } from 'web-tree-sitter';
import { type BicepFile, readTree } from './bicep-file';

export const root = resolve(__dirname, '../..');

/**
 * Every Bicep file below infra/, parsed with the grammar that editors use: what can be checked without the
 * compiler. By path below infra/, with slashes.
 */
export async function readInfra(): Promise<Map<string, BicepFile>> {
  await Parser.init();
  const parser = new Parser();
  // Its bytes, not its path: for a path it imports a module at run time, which jest does not allow.
  const grammar = readFileSync(require.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm'));
  parser.setLanguage(await Language.load(new Uint8Array(grammar)));
  const folder = join(root, 'infra');
  const files = new Map<string, BicepFile>();
  for (const path of globSync('**/*.bicep', { cwd: folder }).sort()) {
    const tree = parser.parse(readFileSync(join(folder, path), 'utf8'));
    if (!tree) throw new Error(`${path} could not be parsed`);
    files.set(path.replaceAll('\\', '/'), readTree(tree.rootNode));
  }
  return files;
}

/** The path of a module, as `readInfra` names it. */
export const modulePath = (from: string, to: string): string => join(dirname(from), to).replaceAll('\\', '/');

/** What the parser could not make sense of. */
export function faults(node: Node): string[] {
  if (node.type === 'ERROR' || node.isMissing)
    return [`line ${node.startPosition.row + 1}: ${node.isMissing ? `${node.type} is missing` : node.text}`];
  return node.children.flatMap((child) => (child ? faults(child) : []));
}
