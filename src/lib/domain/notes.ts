const kept = 20;
const longest = 500;

/** A long one keeps its end, which says of how many rows. */
const cut = (note: string): string =>
  note.length <= longest ? note : `${note.slice(0, longest - 60)}…${note.slice(-59)}`;

const counted = /^(.*) \((\d+) rows?\)$/s;

/**
 * Puts remarks together that name no one and are no errors, such as `unknown status 7 "On hold" (3 rows)`: equal
 * ones are said once, with their rows added up.
 */
export function addNotes(a: readonly string[], b: readonly string[]): string[] {
  const rows = new Map<string, number | undefined>();
  for (const note of [...a, ...b].map(cut)) {
    const match = counted.exec(note);
    if (match) rows.set(match[1] ?? '', (rows.get(match[1] ?? '') ?? 0) + Number(match[2]));
    else rows.set(note, undefined);
  }
  return [...rows]
    .slice(0, kept)
    .map(([text, n]) => (n === undefined ? text : `${text} (${n} ${n === 1 ? 'row' : 'rows'})`));
}
