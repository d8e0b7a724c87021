import type { EnrolmentAction, EnrolmentBatch, EnrolmentRow, RowState } from '../domain/enrolment-batch';
import { checkVersion, type Row, rowVersion } from './rows';

export const batchKey = 'batch';
export const rowPrefix = 'row-';
/** Padded, so that keys stand in the order of the rows. */
export const enrolmentRowKey = (row: number): string => rowPrefix + String(row).padStart(9, '0');

export function batchToRow({ batchId, ended, ...batch }: EnrolmentBatch): Row {
  return { partitionKey: batchId, rowKey: batchKey, v: rowVersion, ...batch, ...ended };
}

/** @throws PayloadError when the row is of another version of the app. */
export function rowToBatch(row: Row): EnrolmentBatch {
  checkVersion(row, `The batch ${row.partitionKey}`);
  const isDone = row.state === 'done';
  return {
    batchId: row.partitionKey,
    action: row.action as EnrolmentAction,
    state: isDone ? 'done' : 'running',
    createdAt: Number(row.createdAt),
    total: Number(row.total),
    dueAt: Number(row.dueAt),
    ...(isDone && { ended: { done: Number(row.done), failed: Number(row.failed) } }),
  };
}

/** What is undefined is left out of the table. */
export function enrolmentToRow(enrolment: EnrolmentRow): Row {
  const { batchId, ...rest } = enrolment;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return { partitionKey: batchId, rowKey: enrolmentRowKey(enrolment.row), v: rowVersion, ...given };
}

/** @throws PayloadError when the row is of another version of the app. */
export function rowToEnrolment(row: Row): EnrolmentRow {
  checkVersion(row, `The row ${String(row.row)} of the batch ${row.partitionKey}`);
  return {
    batchId: row.partitionKey,
    row: Number(row.row),
    source: String(row.source),
    state: row.state as RowState,
    asked: row.asked as string | undefined,
    attempts: Number(row.attempts),
    dueAt: Number(row.dueAt),
    begun: row.begun === true,
    leftAt: row.leftAt as number | undefined,
    error: row.error as string | undefined,
    status: row.status as number | undefined,
  };
}
