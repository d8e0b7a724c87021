import type { InputError } from '../errors';
import { CsvError, parseCsv } from '../csv';
import { decodeText, TextFileError } from '../text-file';

export const mostRows = 5_000;
/** A header that is longer has a cell that is wrong among the first of these. */
const longestHeader = 50;

/** One enrolment of many, before it is looked over. */
export interface Candidate {
  /** As a person counts: the line of the file (the header is line 1), or the place in the array from 1. */
  readonly row: number;
  readonly value: unknown;
  /** How the caller names a field, for a path such as `learner.email`. */
  readonly nameOf: (path: string) => string;
}

/** What is wrong with one row. */
export interface RowProblem {
  readonly row: number;
  readonly field: string;
  readonly message: string;
}

export type ReadRows =
  | { readonly ok: true; readonly rows: readonly Candidate[] }
  | { readonly ok: false; readonly errors: readonly RowProblem[] };

/** The columns of a CSV file, and where each goes. */
const columns: Readonly<Record<string, string>> = {
  source: 'source',
  courseId: 'courseId',
  email: 'learner.email',
  firstName: 'learner.firstName',
  lastName: 'learner.lastName',
  learnerId: 'learner.id',
  civility: 'learner.civility',
  externalId: 'learner.externalId',
  communityId: 'communityId',
  entityId: 'entityId',
  filter: 'filter',
  location: 'location',
  assignation: 'assignation',
};
export const columnNames = Object.keys(columns);

/** The entries of a JSON array. */
export const fromArray = (values: readonly unknown[]): Candidate[] =>
  values.map((value, i) => ({ row: i + 1, value, nameOf: (path) => path }));

/**
 * The rows of a CSV file with a header. Cells are trimmed, empty ones left out; `filter` and `location` hold several
 * words, by semicolon. Of a file that is too long there is one row more than there may be.
 */
export function fromCsv(bytes: Uint8Array): ReadRows {
  let text: string;
  try {
    text = decodeText(bytes);
  } catch (error) {
    if (error instanceof TextFileError) return wrong(1, 'file', error.message);
    throw error;
  }
  let records: ReturnType<typeof parseCsv>;
  try {
    records = parseCsv(text, mostRows + 2);
  } catch (error) {
    if (error instanceof CsvError) return wrong(error.line, 'line', error.message);
    throw error;
  }
  const [first, ...lines] = records;
  const header = first && { ...first, cells: withoutEnd(first.cells, 0) };
  if (!header) return wrong(1, 'header', `is missing; name the columns: ${columnNames.join(', ')}`);
  const names = header.cells.slice(0, longestHeader).map(columnOf);
  const errors = headerProblems(header.line, names);
  for (const { line, cells: all } of lines) {
    const cells = withoutEnd(all, header.cells.length);
    if (cells.length !== header.cells.length)
      errors.push({
        row: line,
        field: 'line',
        message: `has ${cells.length} cells, and the header ${header.cells.length}`,
      });
  }
  if (errors.length > 0) return { ok: false, errors };
  // A word of a cell is told by its column.
  const nameOf = (path: string): string =>
    columnNames.find((name) => `${path}.`.startsWith(`${columns[name]}.`)) ?? path;
  return {
    ok: true,
    rows: lines.map(({ line, cells }) => ({ row: line, value: valueOf(names as string[], cells), nameOf })),
  };
}

const wrong = (row: number, field: string, message: string): ReadRows => ({
  ok: false,
  errors: [{ row, field, message }],
});

/** What else people call them, in small letters without spaces and signs. */
const alsoCalled: Readonly<Record<string, string>> = {
  mail: 'email',
  emailaddress: 'email',
  learneremail: 'email',
  course: 'courseId',
  givenname: 'firstName',
  surname: 'lastName',
  familyname: 'lastName',
};

/** `Course ID`, `course_id` and `courseId` are one. */
function columnOf(cell: string): string | undefined {
  const plain = cell.toLowerCase().replace(/[\s._-]+/g, '');
  return columnNames.find((name) => name.toLowerCase() === plain) ?? alsoCalled[plain];
}

/** Without the empty cells with which a spreadsheet fills a line up. */
function withoutEnd(cells: readonly string[], least: number): readonly string[] {
  let length = cells.length;
  while (length > least && !cells[length - 1]?.trim()) length--;
  return cells.slice(0, length);
}

function headerProblems(row: number, names: readonly (string | undefined)[]): RowProblem[] {
  const errors: RowProblem[] = [];
  names.forEach((name, i) => {
    // Its number, not its text: in a file without a header that is somebody's address.
    const field = name ?? `column ${i + 1}`;
    if (!name) errors.push({ row, field, message: `is unknown; the columns are ${columnNames.join(', ')}` });
    else if (names.indexOf(name) !== i) errors.push({ row, field, message: 'is there twice' });
  });
  for (const name of ['source', 'email'])
    if (!names.includes(name)) errors.push({ row, field: name, message: 'is missing in the header' });
  return errors;
}

function valueOf(names: readonly string[], cells: readonly string[]): unknown {
  const value: Record<string, unknown> = {};
  const learner: Record<string, unknown> = {};
  names.forEach((name, i) => {
    const cell = (cells[i] ?? '').trim();
    if (cell === '') return;
    const [first = '', second] = (columns[name] ?? name).split('.');
    if (second) learner[second] = cell;
    else value[first] = typed(first, cell);
  });
  return { ...value, learner };
}

function typed(field: string, cell: string): unknown {
  if (field === 'filter' || field === 'location')
    return cell
      .split(';')
      .map((word) => word.trim())
      .filter(Boolean);
  if (field !== 'assignation') return cell;
  return { true: true, false: false }[cell.toLowerCase()] ?? cell;
}

/** A row that the source cannot take, by the name that the caller gave the field. */
export const inputProblem = ({ row, nameOf }: Candidate, { field, message }: InputError): RowProblem => ({
  row,
  field: nameOf(field),
  message,
});
