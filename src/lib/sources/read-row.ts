import { z } from 'zod';
import type { Mapped } from '../domain/mapped';
import { whereWrong } from '../http/read-answer';
import { isNumbered } from './forms';
import { Notes } from './notes';

/**
 * Reads a row of a vendor. Only what makes the row what it is may cost the row: any other field that cannot be read is
 * left out, and noted once with the rows it concerns.
 * @param essential the fields without which it is no such row.
 */
export function readVendorRow<T>(
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

/** A row that is no record, for quarantine. @param why a sentence, or where it does not fit its schema. */
export const unmapped = (key: string | undefined, why: z.ZodError | string, raw: unknown): Mapped<never> => ({
  ok: false,
  key,
  reason: typeof why === 'string' ? why : `the row is wrong at ${whereWrong(why)}`,
  raw,
});

/** Why a row of results is not taken when the results of a course were asked for. */
export const otherCourse = 'the row belongs to another course than the one asked for';

/** The same as a schema, for a row that is an answer of its own: nobody is told of what is left out. */
export const lone = <T>(schema: z.ZodType<T>, essential: readonly (keyof T & string)[]) =>
  z.unknown().transform((raw, ctx): T => {
    const read = readVendorRow(schema, raw, essential, new Notes());
    if (read.success) return read.data;
    for (const { path, message } of read.error.issues)
      ctx.addIssue({ code: 'custom', path: [...path], message });
    return z.NEVER;
  });

type Path = readonly PropertyKey[];
type Fields = Record<PropertyKey, unknown>;

function without(raw: unknown, paths: readonly Path[]): unknown {
  const copy = structuredClone(raw) as Fields;
  for (const path of paths) {
    const parent = path.slice(0, -1).reduce<unknown>((at, key) => {
      const [name, isOwn] = nameIn(at, key);
      return isOwn ? (at as Fields | undefined)?.[name] : at;
    }, copy);
    if (typeof parent !== 'object' || !parent) continue;
    const [name] = nameIn(parent, path.at(-1)!);
    // What is null in a list is left out by the forms that read lists.
    if (Array.isArray(parent) || isNumbered(parent)) (parent as Fields)[name] = null;
    else delete (parent as Fields)[name];
  }
  return copy;
}

/** What an element of a list is called where the list came as an object, or was one thing alone: then it is itself. */
function nameIn(at: unknown, key: PropertyKey): readonly [PropertyKey, boolean] {
  if (typeof key !== 'number' || Array.isArray(at)) return [key, true];
  return isNumbered(at) ? [Object.keys(at)[key] ?? key, true] : [key, false];
}
