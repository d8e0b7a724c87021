import type { Node } from 'web-tree-sitter';

/** A literal as its value; anything else as the text of its expression. */
export type Value =
  string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value } | Expression;

export class Expression {
  constructor(readonly text: string) {}
}

export type Scope = ReadonlyMap<string, Value>;

/** @param vars that stand above; their names become what they hold. */
export function evaluate(node: Node, vars: Scope): Value {
  const children = node.namedChildren.filter((child) => child !== null && child.type !== 'comment') as Node[];
  switch (node.type) {
    case 'boolean':
      return node.text === 'true';
    case 'number':
      return Number(node.text);
    case 'null':
      return null;
    case 'identifier':
      return vars.get(node.text) ?? new Expression(node.text);
    case 'array':
      return children.map((child) => evaluate(child, vars));
    case 'object':
      return Object.fromEntries(
        children
          .filter((child) => child.type === 'object_property')
          .map((property) => {
            const [key, value] = property.namedChildren as Node[];
            return [keyOf(key), value ? evaluate(value, vars) : null];
          }),
      );
    case 'string':
      return evaluateString(children, vars);
    case 'member_expression': {
      const [object, property] = children;
      const held = object && evaluate(object, vars);
      return (
        (held &&
          property &&
          !(held instanceof Expression) &&
          (held as Record<string, Value>)[property.text]) ||
        new Expression(node.text)
      );
    }
    default:
      return new Expression(node.text);
  }
}

/** What is inserted and known is put in; the rest stays as it is written. */
function evaluateString(parts: readonly Node[], vars: Scope): string {
  return parts
    .map((part) => {
      if (part.type === 'escape_sequence') return part.text.slice(1);
      if (part.type !== 'interpolation') return part.text;
      const inner = part.firstNamedChild && evaluate(part.firstNamedChild, vars);
      return typeof inner === 'string' ? inner : part.text;
    })
    .join('');
}

const keyOf = (key: Node | undefined): string => key?.text.replace(/^'|'$/g, '') ?? '';
