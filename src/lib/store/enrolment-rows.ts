import { z } from 'zod';
import { type EnrolmentBatch, type EnrolmentRow, rowStates } from '../domain/enrolment-batch';
import { rowCodec } from './codec';
import { maybe } from './fields';
import type { Row } from './rows';

export const batchKey = 'batch';
export const rowPrefix = 'row-';
/** Padded, so that keys stand in the order of the rows. */
export const enrolmentRowKey = (row: number): string => rowPrefix + String(row).padStart(9, '0');

const batchCodec = rowCodec(
  ({ partitionKey }) => `The batch ${partitionKey}`,
  z.object({
    action: z.enum(['enrol', 'remove']),
    state: z.enum(['running', 'done']),
    createdAt: z.number(),
    total: z.number(),
    dueAt: z.number(),
    done: maybe(z.number()),
    failed: maybe(z.number()),
  }),
);

export const batchToRow = ({ batchId, ended, ...batch }: EnrolmentBatch): Row =>
  batchCodec.write(
    { partitionKey: batchId, rowKey: batchKey },
    { ...batch, done: ended?.done, failed: ended?.failed },
  );

/** @throws UnreadableRowError; PayloadError when the row is of another version of the app. */
export function rowToBatch(row: Row): EnrolmentBatch {
  const { done = 0, failed = 0, ...batch } = batchCodec.read(row);
  return {
    batchId: row.partitionKey,
    ...batch,
    ...(batch.state === 'done' && { ended: { done, failed } }),
  };
}

const enrolmentCodec = rowCodec<Omit<EnrolmentRow, 'batchId'>>(
  ({ partitionKey, rowKey }) => `The row ${rowKey} of the batch ${partitionKey}`,
  z.object({
    row: z.number(),
    source: z.string(),
    state: z.enum(rowStates),
    asked: maybe(z.string()),
    attempts: z.number(),
    dueAt: z.number(),
    begun: z.boolean(),
    leftAt: maybe(z.number()),
    error: maybe(z.string()),
    status: maybe(z.number()),
  }),
);

export const enrolmentToRow = ({ batchId, ...enrolment }: EnrolmentRow): Row =>
  enrolmentCodec.write({ partitionKey: batchId, rowKey: enrolmentRowKey(enrolment.row) }, enrolment);

/** @throws UnreadableRowError; PayloadError when the row is of another version of the app. */
export const storedEnrolment = {
  read: (row: Row): EnrolmentRow => ({ batchId: row.partitionKey, ...enrolmentCodec.read(row) }),
};

export interface IndexEntry {
  readonly createdAt: number;
  readonly open: boolean;
}

/** Of the partition that lists the batches. */
export const indexCodec = rowCodec<IndexEntry>(
  ({ rowKey }) => `The entry of the batch ${rowKey}`,
  z.object({ createdAt: z.number(), open: z.boolean() }),
);
