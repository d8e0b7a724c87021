import { CsvError as ParserError, type Info, parse } from 'csv-parse/sync';

/** A record of a CSV file. */
export interface CsvRecord {
  /** The line of the file it begins in, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A quote that is never closed, or stands where it may not. Says nothing of what the file holds. */
export class CsvError extends Error {
  override readonly name = 'CsvError';
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

const options = {
  bom: true,
  skip_empty_lines: true,
  relax_column_count: true,
  record_delimiter: ['\r\n', '\n', '\r'],
};

/** Ends the parser, which has no other way to be told. */
class EnoughError extends Error {
  override readonly name = 'EnoughError';
}

const delimiters = [',', ';', '\t'] as const;
/** What Excel writes, and reads, before the first line, to say what separates the cells. */
const saysDelimiter = /^\uFEFF?"?sep=([,;\t])"?(?:\r\n|\n|\r|$)/i;

/** What separates the cells: what cuts the first line into the most. Excel takes it from the computer's region. */
function delimiterOf(text: string): string {
  const bare = text.slice(0, 20_000).replace(/"[^"]*"/g, '');
  const line = /[^\s\uFEFF][^\r\n]*/.exec(bare)?.[0] ?? '';
  const cells = (delimiter: string): number => line.split(delimiter).length;
  return delimiters.reduce((best, one) => (cells(one) > cells(best) ? one : best), delimiters[0]);
}

/**
 * Reads CSV as RFC 4180 has it, with any line ends, and commas, semicolons or tabs between the cells. Lines without
 * anything in their cells are left out.
 * @param most so many records are read, and what comes after them is not looked at: a file of a million line ends is
 * small, and its records are not.
 * @throws CsvError
 */
export function parseCsv(text: string, most = Infinity): CsvRecord[] {
  const records: CsvRecord[] = [];
  const said = saysDelimiter.exec(text);
  const delimiter = said?.[1] ?? delimiterOf(text);
  const take = (cells: string[], { lines }: Info): null => {
    if (said && lines === 1) return null;
    if (cells.every((cell) => !cell.trim())) return null;
    if (records.push({ line: lines - linesWithin(cells), cells }) >= most) throw new EnoughError();
    return null;
  };
  try {
    parse(text, { ...options, delimiter, on_record: take });
    return records;
  } catch (error) {
    if (error instanceof EnoughError) return records;
    // The parser's own message quotes the file.
    if (error instanceof ParserError) throw new CsvError(Number(error.lines), adviceFor(error.code));
    throw error;
  }
}

/** The parser tells the line in which a record ends. */
const linesWithin = (cells: readonly string[]): number =>
  cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0);

const adviceFor = (code: string): string =>
  code === 'CSV_QUOTE_NOT_CLOSED'
    ? 'has a double quote that is never closed'
    : 'has a double quote within a cell; put the cell in double quotes and write each of its own twice';
