import type { Notes } from './notes';

/** The ids of listed courses. One that names none cannot be read, and is noted. */
export function idsOf(
  rows: readonly unknown[],
  idOf: (row: unknown) => string | undefined,
  notes: Notes,
): string[] {
  return rows.flatMap((row) => {
    const id = idOf(row);
    if (id === undefined) notes.add('a course is left out, since its id cannot be read');
    return id ?? [];
  });
}
