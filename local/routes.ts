import { withoutSlashes } from '../src/lib/slashes';
/** A route template, taken apart. */
export interface Route {
  /** With the prefix, without a slash in front, as people read it. */
  readonly template: string;
  readonly segments: readonly Segment[];
}

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string; readonly optional: boolean }
  | { readonly kind: 'rest'; readonly name: string };

/**
 * Reads `runs/{runId}` or `files/{*rest}`.
 * @throws Error for what this host cannot match: constraints, defaults, a parameter inside a segment
 */
export function parseRoute(prefix: string, route: string): Route {
  const template = [prefix, withoutSlashes(route)].filter(Boolean).join('/');
  const texts = template.split('/');
  const segments = texts.map((text, index): Segment => {
    if (!/[{}]/.test(text)) return { kind: 'literal', text: text.toLowerCase() };
    const match = /^\{(\*{0,2})(\w+)(\??)\}$/.exec(text);
    const last = index === texts.length - 1;
    if (!match || ((match[1] || match[3]) && !last))
      throw new Error(`the segment "${text}" of its route "${template}" is not one that this host can match`);
    const name = match[2] ?? '';
    return match[1] ? { kind: 'rest', name } : { kind: 'parameter', name, optional: match[3] === '?' };
  });
  return { template, segments };
}

/** The parameters of a path that fits the route, or undefined. Literals match in any case, as on the platform. */
export function matchRoute(route: Route, path: string): Record<string, string> | undefined {
  const given = path.replace(/^\//, '').replace(/\/$/, '').split('/');
  const parameters: Record<string, string> = {};
  for (const [index, segment] of route.segments.entries()) {
    const text = given[index];
    if (segment.kind === 'rest') {
      const rest = given.slice(index).map(decode).join('/');
      if (rest) parameters[segment.name] = rest;
      return parameters;
    }
    if (segment.kind === 'parameter') {
      if (text) parameters[segment.name] = decode(text);
      else if (!segment.optional) return undefined;
    } else if (text === undefined || decode(text).toLowerCase() !== segment.text) return undefined;
  }
  return given.length <= route.segments.length ? parameters : undefined;
}

const rank = { literal: 0, parameter: 1, rest: 2 };

/** For sorting: the more exact route comes first, whatever the order of registration. */
export function byPrecedence(left: Route, right: Route): number {
  for (const [index, segment] of left.segments.entries()) {
    const other = right.segments[index];
    if (!other) return 1;
    if (rank[segment.kind] !== rank[other.kind]) return rank[segment.kind] - rank[other.kind];
  }
  return left.segments.length - right.segments.length;
}

/** Percent signs are read once; an encoded slash stays encoded, and what is not UTF-8 stays as it came. */
function decode(segment: string): string {
  try {
    return segment
      .split(/(%2f)/i)
      .map((part, index) => (index % 2 === 1 ? part : decodeURIComponent(part)))
      .join('');
  } catch {
    return segment;
  }
}
