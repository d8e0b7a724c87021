import type { z } from 'zod';
import type { Notes } from './notes';

/**
 * Reads a row of a vendor. Only what makes the row what it is may cost the row: any other field that cannot be read is
 * left out, and noted once with the rows it concerns.
 * @param essential the fields without which it is no such row.
 */
export function readRow<T>(
  schema: z.ZodType<T>,
  raw: unknown,
  essential: readonly (keyof T & string)[],
  notes: Pick<Notes, 'add'>,
): z.ZodSafeParseResult<T> {
  const first = schema.safeParse(raw);
  if (first.success) return first;
  // Parts first, then whole fields: of a list with one bad element the others are good.
  for (const depth of [Infinity, 1]) {
    const paths = first.error.issues.map(({ path }) => path.slice(0, depth));
    if (paths.some(([field]) => field === undefined || essential.includes(field as never))) return first;
    const again = schema.safeParse(without(raw, paths));
    if (!again.success) continue;
    for (const field of new Set(paths.map(([name]) => String(name)))) notes.add(`${field} cannot be read`);
    return again;
  }
  return first;
}

type Path = readonly PropertyKey[];

function without(raw: unknown, paths: readonly Path[]): unknown {
  const copy = structuredClone(raw) as Record<PropertyKey, unknown>;
  for (const path of paths) {
    const parent = path
      .slice(0, -1)
      .reduce<unknown>((at, key) => (at as typeof copy | undefined)?.[key], copy);
    // What is null in a list is left out by the forms that read lists.
    if (Array.isArray(parent)) parent[Number(path.at(-1))] = null;
    else if (typeof parent === 'object' && parent) delete (parent as typeof copy)[path.at(-1)!];
  }
  return copy;
}
