import { z } from 'zod';
import { type LearnerResult, resultStatuses } from '../domain/learner-result';
import { toJsonProperties } from './bytes';
import { packedJson } from './codec';
import { time } from './fields';
import { queryRows, type Row, where } from './rows';
import type { Table } from './storage';

/**
 * What a course's slice has told the sink of a record, or found told, before it rescheduled itself. It names nobody:
 * key and content are hashes, 8 bytes each, hex.
 */
export interface Told extends Pick<LearnerResult, 'status' | 'at'> {
  readonly key: string;
  /** As the ledger has it; empty when the sink is not known to have the record. */
  readonly hash: string;
  /** Its page is to be read again, because the sink asked for a pause: what arrived needs no second sending. */
  readonly again?: boolean;
}

/** What a slice needs when it goes on. */
export interface Kept {
  readonly told?: readonly Told[];
  /** Ids of courses. */
  readonly seen?: readonly string[];
}

export const toldRow = z.tuple([
  z.string(),
  z.string(),
  z.enum(resultStatuses),
  time.nullable(),
  z.literal(1).optional(),
]);

export type ToldRow = Readonly<z.output<typeof toldRow>>;

export const toldToRow = ({ key, hash, status, at, again }: Told): ToldRow =>
  again ? [key, hash, status, at ?? null, 1] : [key, hash, status, at ?? null];

export const rowToTold = ([key, hash, status, at, again]: ToldRow): Told => ({
  key,
  hash,
  status,
  at: at ?? undefined,
  again: again === 1,
});

/**
 * A list as rows of one partition, for a transaction with the row that counts the pauses.
 * @param perRow so many that they stay under 750,000 bytes once compressed.
 */
export function keptRows(
  partitionKey: string,
  prefix: string,
  { pauses, values, perRow }: { pauses: number; values: readonly unknown[]; perRow: number },
): Row[] {
  const rows: Row[] = [];
  for (let i = 0; i < values.length; i += perRow)
    rows.push({
      partitionKey,
      rowKey: `${prefix}-${digits(pauses)}-${digits(rows.length)}`,
      ...toJsonProperties('kept', values.slice(i, i + perRow)),
    });
  return rows;
}

const digits = (n: number): string => String(n).padStart(6, '0');

/**
 * All that was kept under a prefix, in the order in which it was.
 * @throws UnreadableRowError when a part cannot be read: whoever goes on without it would take what it names for
 * missing, so its slice or plan fails instead, and the next run begins anew.
 */
export async function readKept<T>(
  table: Table,
  partitionKey: string,
  prefix: string,
  one: z.ZodType<T>,
): Promise<T[]> {
  const values: T[] = [];
  const filter = where`PartitionKey eq ${partitionKey} and RowKey ge ${`${prefix}-`} and RowKey lt ${`${prefix}.`}`;
  const part = z.array(one);
  for await (const row of queryRows(table, { filter }))
    for (const value of packedJson('What a pause kept', 'kept', row, part)) values.push(value);
  return values;
}
