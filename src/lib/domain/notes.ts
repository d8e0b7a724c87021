/** What an operator should know and is no error, such as `unknown status 7 "On hold"` of 3 rows; it names no one. */
export interface Note {
  readonly text: string;
  /** How many rows it concerns; left out where it is not of rows. */
  readonly rows?: number;
}

const kept = 20;
const longest = 500;

const cut = (text: string): string => (text.length <= longest ? text : `${text.slice(0, longest - 1)}…`);

/** Puts notes together: those of one text are said once, with their rows added up. */
export function addNotes(a: readonly Note[], b: readonly Note[]): Note[] {
  const all = new Map<string, number | undefined>();
  for (const { text: whole, rows } of [...a, ...b]) {
    const text = cut(whole);
    const before = all.get(text);
    all.set(text, before === undefined ? rows : before + (rows ?? 0));
  }
  return [...all].slice(0, kept).map(([text, rows]) => (rows === undefined ? { text } : { text, rows }));
}

/** A note as people read it. */
export const noteText = ({ text, rows }: Note): string =>
  rows === undefined ? text : `${text} (${rows} ${rows === 1 ? 'row' : 'rows'})`;
