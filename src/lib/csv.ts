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

/**
 * Reads CSV as RFC 4180 has it, with any line ends. Empty lines are left out.
 * @param most so many records are read, and what comes after them is not looked at: a file of a million line ends is
 * small, and its records are not.
 * @throws CsvError
 */
export function parseCsv(text: string, most = Infinity): CsvRecord[] {
  const records: CsvRecord[] = [];
  const take = (cells: string[], { lines }: Info): null => {
    if (cells.length === 1 && !cells[0]?.trim()) return null;
    if (records.push({ line: lines - linesWithin(cells), cells }) >= most) throw new EnoughError();
    return null;
  };
  try {
    parse(text, { ...options, on_record: take });
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
