import type { Node } from 'web-tree-sitter';
import { evaluate, type Scope, type Value } from './bicep-value';

export interface Param {
  readonly name: string;
  readonly required: boolean;
  readonly secure: boolean;
}

export interface Declaration {
  readonly symbol: string;
  /** A resource's type with its version, or a module's path. */
  readonly target: string;
  readonly existing: boolean;
  /** Its body with literals as values; of a loop, the body of one round. */
  readonly body: Readonly<Record<string, Value>>;
  readonly node: Node;
}

export interface BicepFile {
  readonly tree: Node;
  readonly params: readonly Param[];
  readonly vars: ReadonlyMap<string, Value>;
  readonly resources: readonly Declaration[];
  readonly modules: readonly Declaration[];
  readonly outputs: readonly { readonly name: string; readonly node: Node }[];
}

/** The declarations of a parsed file. */
export function readTree(tree: Node): BicepFile {
  const params: Param[] = [];
  const vars: Scope & Map<string, Value> = new Map();
  const resources: Declaration[] = [];
  const modules: Declaration[] = [];
  const outputs: { name: string; node: Node }[] = [];
  let decorators: string[] = [];
  for (const node of named(tree)) {
    if (node.type === 'comment') continue;
    const [first, second, third] = named(node);
    const name = first?.text ?? '';
    if (node.type === 'parameter_declaration')
      params.push({ name, required: third === undefined, secure: decorators.includes('secure') });
    if (node.type === 'variable_declaration' && second) vars.set(name, evaluate(second, vars));
    if (node.type === 'resource_declaration') resources.push(declaration(node, vars));
    if (node.type === 'module_declaration') modules.push(declaration(node, vars));
    if (node.type === 'output_declaration') outputs.push({ name, node });
    decorators =
      node.type === 'decorators'
        ? node.descendantsOfType('call_expression').map((call) => call?.firstNamedChild?.text ?? '')
        : [];
  }
  return { tree, params, vars, resources, modules, outputs };
}

function declaration(node: Node, vars: Scope): Declaration {
  const [symbol, target] = named(node);
  const body = named(node).at(-1);
  const object = body?.type === 'object' ? body : bodyOf(body);
  return {
    symbol: symbol?.text ?? '',
    target: String(target && evaluate(target, vars)),
    existing: node.children.some((child) => child?.text === 'existing'),
    body: (object ? evaluate(object, vars) : {}) as Record<string, Value>,
    node,
  };
}

/** The object within `if (…) {…}` or `[for …: {…}]`. */
function bodyOf(node: Node | undefined): Node | undefined {
  if (!node) return undefined;
  return named(node)
    .filter((child) => child.type === 'object')
    .at(-1);
}

export const named = (node: Node): Node[] => node.namedChildren.filter((child) => child !== null);
