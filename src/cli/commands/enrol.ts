import { readFile, stat } from 'node:fs/promises';
import { rowView, type RowView } from '../../lib/api/enrolment-batches';
import type { App } from '../../lib/app';
import type { BatchCounts } from '../../lib/domain/enrolment-batch';
import { InputError } from '../../lib/errors';
import { isBatchId, newBatchId, startBatch } from '../../lib/enrolments/batch';
import { checkRows, mostBatchBytes } from '../../lib/enrolments/check-rows';
import { fromArray, fromCsv, mostRows, type ReadRows, type RowProblem } from '../../lib/enrolments/read-rows';
import { batchCounts, workToEnd } from '../../lib/enrolments/work-to-end';
import { ProgressLine } from '../progress-line';
import { table } from '../table';
import { UsageError } from '../usage-error';
import { noMore, onlyWord, valueOf } from '../words';
import { type Desk, flag, type StorageCommand, text } from './command';

export const enrol: StorageCommand = {
  name: 'enrol',
  flags: { remove: flag, batch: text },
  usage: 'enrol FILE [--remove]',
  what: 'enrol the learners of a CSV or JSON file, now, in this process',
  help: `Enrols the learners of a file, and says what became of each row. All rows are looked over first: when one is
wrong, it says which, and nothing is done. Running hosts on the same storage may help.

  lms-bridge enrol FILE.csv|FILE.json [--remove] [--json]
  lms-bridge enrol --batch ID [--json]

  --remove    take the learners out instead
  --batch ID  go on with a batch that was stopped, or show what became of one
  --json      one JSON object on standard output, progress on standard error

The first line of a CSV file, as Excel or anything else saves it, names the columns: source, courseId, email,
firstName, lastName, … A JSON file holds what POST /api/enrolments takes, one or an array. ${mostRows} rows at the most.
The rows of a CSV file are counted by its lines, those of an array from 1. After Ctrl-C a running host
goes on with the rest, or --batch does.
Exit code: 0 all, 1 none, 2 some, or a command line that cannot be understood (then nobody was enrolled),
130 Ctrl-C.

Examples
  npx lms-bridge enrol new-joiners.csv
  npx lms-bridge enrol leavers.csv --remove --json
`,
  async run(given, desk) {
    const batch = valueOf(given, 'batch');
    const remove = given.values.remove === true;
    if (batch === undefined) {
      const rows = await readRows(onlyWord(given, 'enrol FILE.csv or FILE.json'));
      const app = await desk.open();
      const action = remove ? 'remove' : 'enrol';
      const checked = rows.ok ? checkRows(app.engine, action, rows.rows) : rows;
      if (!checked.ok) return wrongRows(checked.errors, desk);
      const batchId = newBatchId();
      await startBatch(app.engine, batchId, action, checked.rows);
      return work(app, batchId, desk);
    }
    noMore(given.words);
    if (remove) throw new UsageError('--remove goes with a file: a batch keeps what it is for');
    if (!isBatchId(batch)) throw new UsageError('--batch must be the 32 digits that name a batch');
    return work(await desk.open(), batch, desk);
  },
};

async function readRows(file: string): Promise<ReadRows> {
  const isCsv = /\.csv$/i.test(file);
  if (!isCsv && !/\.json$/i.test(file)) throw new UsageError('The file must end in .csv or .json');
  let bytes: Buffer;
  try {
    if ((await stat(file)).size > mostBatchBytes)
      throw new UsageError(`The file may have ${mostBatchBytes} bytes at the most; cut it in parts`);
    bytes = await readFile(file);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    // A name with an address in it is not for a log.
    const name = file.includes('@') ? 'The file' : file;
    throw new InputError(
      'file',
      code === 'ENOENT' ? `${name} does not exist` : `${name} cannot be read (${code})`,
    );
  }
  const read = isCsv ? fromCsv(bytes) : { ok: true as const, rows: fromArray(parseJson(bytes)) };
  if (read.ok && read.rows.length === 0) throw new UsageError('There are no rows in the file');
  if (read.ok && read.rows.length > mostRows)
    throw new UsageError(
      `There may be ${mostRows} rows at the most, and these are more; cut the file in parts`,
    );
  return read;
}

function parseJson(bytes: Buffer): unknown[] {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
    return Array.isArray(value) ? (value as unknown[]) : [value];
  } catch {
    // Not the parser's own words: they quote the text around the fault.
    throw new UsageError('The file is not valid JSON');
  }
}

function wrongRows(errors: readonly RowProblem[], { terminal, json }: Desk): number {
  if (json) terminal.stdout.write(`${JSON.stringify({ error: 'Rows are wrong', errors })}\n`);
  terminal.stderr.write('Rows are wrong, and nothing was done:\n');
  terminal.stderr.write(
    table(
      errors.map(({ row, field, message }) => [`row ${row}`, `${field} ${message}`]),
      '  ',
    ),
  );
  return 1;
}

async function work(app: App, batchId: string, desk: Desk): Promise<number> {
  const { stderr, interrupted } = desk.terminal;
  let counts: BatchCounts | undefined;
  const line = new ProgressLine(stderr, () =>
    counts ? `${counts.total - counts.pending} of ${counts.total} rows, ${counts.failed} failed` : '',
  );
  try {
    const batch = await workToEnd(app.engine, batchId, interrupted, (now) => (counts = now));
    line.end();
    counts = await batchCounts(app.engine, batch);
    const results: RowView[] = [];
    for await (const row of app.engine.enrolments.rows(batchId)) results.push(rowView(row));
    desk.show({ batchId, state: batch.state, counts, results }, () => shown(results, counts));
    if (batch.state === 'done') return counts.failed === 0 ? 0 : counts.done === 0 ? 1 : 2;
    stderr.write(`Stopped: ${counts.pending} rows are left. To go on: lms-bridge enrol --batch ${batchId}\n`);
    return 130;
  } catch (error) {
    line.end();
    // The batch is kept whatever became of this process; without its id, nobody finds it again.
    if (!(error instanceof InputError))
      stderr.write(`The batch is kept. To go on with it: lms-bridge enrol --batch ${batchId}\n`);
    throw error;
  } finally {
    line.end();
    await app.metrics?.flush();
  }
}

const shown = (results: readonly RowView[], counts: BatchCounts | undefined): string =>
  table([
    ['row', 'state', 'error'],
    ...results.map(({ row, state, error }) => [String(row), state, error ?? '']),
  ]) + `${counts?.done} done, ${counts?.failed} failed, ${counts?.pending} left\n`;
