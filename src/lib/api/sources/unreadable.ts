import { addNotes, type Note, noteText } from '../../domain/notes';
import type { Mapped } from '../../domain/mapped';

export interface Readable<T> {
  readonly records: readonly T[];
  /** How many rows could not be mapped. */
  readonly unreadable: number;
  /** Why, and what else the page has to say; names no person. Undefined when there is nothing. */
  readonly notes: readonly string[] | undefined;
}

/** Parts a page into what could be mapped and what is to be told of the rest. */
export function readableRows<T>(rows: readonly Mapped<T>[], notes: readonly Note[] = []): Readable<T> {
  const bad = rows.flatMap((row) => (row.ok ? [] : [{ text: row.reason, rows: 1 }]));
  const all = addNotes(bad, notes);
  return {
    records: rows.flatMap((row) => (row.ok ? [row.record] : [])),
    unreadable: bad.length,
    notes: all.length > 0 ? all.map(noteText) : undefined,
  };
}
