import * as fc from 'fast-check';
import { CsvError, parseCsv } from '../../src/lib/csv';
import { fromCsv, mostRows } from '../../src/lib/enrolments/read-rows';

const bytes = (text: string) => Buffer.from(text, 'utf8');
const values = (text: string) => {
  const read = fromCsv(bytes(text));
  return read.ok ? read.rows.map(({ row, value }) => [row, value]) : read.errors;
};

test('cells may hold commas, quotes and line ends; a record’s line is where it begins', () => {
  expect(parseCsv('\uFEFFa,"b,""c"""\r\n\r\n"x\ny",\r\nlast,one')).toEqual([
    { line: 1, cells: ['a', 'b,"c"'] },
    { line: 3, cells: ['x\ny', ''] },
    { line: 5, cells: ['last', 'one'] },
  ]);
  expect(parseCsv('')).toEqual([]);
  expect(parseCsv('a\rb')).toHaveLength(2);
});

test('whatever is written is read', () => {
  const written = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
  const cell = fc.string().filter((text) => !text.includes('\r'));
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(table, fc.constantFrom('\n', '\r\n'), (records, end) => {
      fc.pre(records.every((cells) => cells.some((one) => one.trim())));
      const text = records.map((cells) => cells.map(written).join(',')).join(end);
      expect(parseCsv(text).map(({ cells }) => cells)).toEqual(records);
    }),
    { numRuns: 200 },
  );
});

test('a quote that is never closed is an error of its line, however long the rest is', () => {
  const open = `a,b\nc,"${'d'.repeat(2_000_000)}`;
  expect(() => parseCsv(open)).toThrow(CsvError);
  expect(() => parseCsv(open)).toThrow(/never closed/);
  expect(() => parseCsv('a,b"c')).toThrow(/within a cell/);
});

test('a small file of very many lines or cells is not read to its end', () => {
  const begun = performance.now();
  const short = (text: string) => fromCsv(bytes(`source,email\n${text}`));
  expect(short('\n'.repeat(2_000_000))).toMatchObject({ ok: true, rows: [] });
  const long = short('khalibre,a@example.com\n'.repeat(90_000));
  expect(long.ok && long.rows.length).toBe(mostRows + 1);
  expect(short('a\n'.repeat(1_000_000))).toMatchObject({ ok: false });
  const wide = fromCsv(bytes(','.repeat(2_000_000)));
  expect(!wide.ok && wide.errors.length).toBeLessThan(100);
  expect(performance.now() - begun).toBeLessThan(5_000);
});

test('the header names the columns in any order and case; empty cells are left out', () => {
  const text = 'Email,SOURCE,filter,location,assignation,learnerId\nann@example.com, tbook ,a; b,c,FALSE,\n';
  expect(values(text)).toEqual([
    [
      2,
      {
        source: 'tbook',
        filter: ['a', 'b'],
        location: ['c'],
        assignation: false,
        learner: { email: 'ann@example.com' },
      },
    ],
  ]);
});

test.each([
  ['', [[1, 'header']]],
  ['source,email,email\n', [[1, 'email']]],
  ['source\nkhalibre', [[1, 'email']]],
  ['source,email\nkhalibre,a@example.com\nkhalibre\n', [[3, 'line']]],
  ['source,email\nkhalibre,"a@example.com', [[2, 'line']]],
])('a file that cannot be read says where (%#)', (text, places) => {
  const errors = values(text) as unknown as { row: number; field: string }[];
  expect(errors.map(({ row, field }) => [row, field])).toEqual(places);
});

test('a file without a header is told so without anybody’s address', () => {
  const errors = JSON.stringify(values('khalibre,ann@example.com\n'));
  expect(errors).toContain('column 2');
  expect(errors).not.toContain('ann@');
});

test('what is text in no encoding is no file of ours', () => {
  expect(fromCsv(Buffer.from('source,email\nkhalibre,Andr\x81@example.com', 'latin1'))).toMatchObject({
    ok: false,
    errors: [{ field: 'file' }],
  });
});
