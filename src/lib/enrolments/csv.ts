/** A record of a CSV file. */
export interface CsvRecord {
  /** The line of the file it begins in, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A quote that is never closed, or stands in the middle of a cell. */
export class CsvError extends Error {
  override readonly name = 'CsvError';
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Reads CSV as RFC 4180 has it: commas, cells in double quotes where they hold commas, quotes (doubled) or line
 * ends; any line ends; a byte order mark in front is skipped. Empty lines are left out.
 * @throws CsvError
 */
export function parseCsv(text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  const cell = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r\n?|\n|$)/y;
  cell.lastIndex = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;
  let begun = 1;
  let cells: string[] = [];
  while (cell.lastIndex < text.length || cells.length > 0) {
    const at = cell.lastIndex;
    const match = cell.exec(text);
    if (!match) throw new CsvError(line, quoteAdvice(text.slice(at)));
    const [, quoted, plain = '', end = ''] = match;
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    line += (quoted?.split('\n').length ?? 1) - 1;
    if (end === ',') continue;
    if (cells.length > 1 || cells[0]?.trim()) records.push({ line: begun, cells });
    cells = [];
    if (end === '') break;
    begun = ++line;
  }
  return records;
}

const quoteAdvice = (rest: string): string =>
  rest.startsWith('"') && !/^"[^"]*(?:""[^"]*)*"/.test(rest)
    ? 'has a double quote that is never closed'
    : 'has a double quote within a cell; put the cell in double quotes and write each of its own twice';
