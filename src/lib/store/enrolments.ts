import type { EnrolmentAction, EnrolmentBatch, EnrolmentRow, RowState } from '../domain/enrolment-batch';
import { ConflictError } from '../errors';
import { readOrSkip, readRows } from './codec';
import {
  batchKey,
  batchToRow,
  enrolmentToRow,
  indexCodec,
  enrolmentRowKey,
  rowPrefix,
  rowToBatch,
  storedEnrolment,
} from './enrolment-rows';
import { type ByItself, deletePartition } from './purging';
import {
  deleteRow,
  insertRow,
  mergeRow,
  putRow,
  queryRows,
  readRow,
  replaceRow,
  type Row,
  where,
  writtenAt,
} from './rows';
import type { Storage, Table } from './storage';
import { writeTogether } from './transactions';

export interface NewBatch {
  readonly batchId: string;
  readonly action: EnrolmentAction;
  readonly createdAt: number;
  readonly rows: readonly Pick<EnrolmentRow, 'row' | 'source' | 'asked'>[];
}

export interface OpenBatch {
  readonly batchId: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** A row as it was read: who changed it meanwhile is not overwritten. */
export type SeenRow = EnrolmentRow & { readonly etag: string };

const index = 'index';
const together = 100;

/**
 * The table `enrolments`: a partition a batch, with a row for the batch and one for each enrolment; and the partition
 * `index` with a row a batch, which says whether it is open. The rows are the truth; nothing is counted beside them
 * until all have ended.
 */
export class EnrolmentBatches {
  readonly #table: Table;

  constructor(storage: Storage) {
    this.#table = storage.table('enrolments');
  }

  /**
   * Writes a batch: its rows first, and the batch itself last, which makes it one. Done again with the same id it
   * writes the same. A batch that is there already stays as it is.
   */
  async create({ batchId, action, createdAt, rows }: NewBatch): Promise<void> {
    if (await this.read(batchId)) return;
    // First of all: what a crash leaves half-written is found by it, and deleted.
    const keys = { partitionKey: index, rowKey: batchId };
    await putRow(this.#table, indexCodec.write(keys, { createdAt, open: true }));
    const fresh = {
      state: 'pending',
      attempts: 0,
      dueAt: 0,
      begun: false,
      leftAt: undefined,
      error: undefined,
      status: undefined,
    } as const;
    for (let i = 0; i < rows.length; i += together)
      await this.#addRows(rows.slice(i, i + together).map((row) => ({ batchId, ...row, ...fresh })));
    const batch = {
      batchId,
      action,
      state: 'running',
      createdAt,
      total: rows.length,
      dueAt: createdAt,
    } as const;
    await insertRow(this.#table, batchToRow(batch));
  }

  /** Those that are there stay as they are: the same batch was begun twice, and may be under way. */
  async #addRows(rows: readonly EnrolmentRow[]): Promise<void> {
    const written = rows.map(enrolmentToRow);
    try {
      await writeTogether(
        this.#table,
        written.map((row) => ({ type: 'create', row })),
      );
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      for (const row of written) await insertRow(this.#table, row);
    }
  }

  async read(batchId: string): Promise<EnrolmentBatch | undefined> {
    const row = await readRow(this.#table, batchId, batchKey);
    return row && rowToBatch(row);
  }

  /** In their order; those that cannot be read are left out. @param after leaves out this row and all before it. */
  async *rows(
    batchId: string,
    { state, after, pageSize }: { state?: RowState; after?: number; pageSize?: number } = {},
  ): AsyncGenerator<SeenRow, void> {
    const from = after === undefined ? rowPrefix : enrolmentRowKey(after);
    const filter = [
      // The full stop comes right after the hyphen.
      where`PartitionKey eq ${batchId} and RowKey gt ${from} and RowKey lt ${'row.'}`,
      ...(state ? [where`state eq ${state}`] : []),
    ].join(' and ');
    for await (const { row, value } of readRows(this.#table, { filter, pageSize }, storedEnrolment))
      yield { ...value, etag: row.etag ?? '*' };
  }

  /** A row that cannot be read has failed: nobody can work it, and its batch is to end. */
  async count(batchId: string): Promise<{ done: number; failed: number; pending: number }> {
    const counts = { done: 0, failed: 0, pending: 0 };
    const filter = where`PartitionKey eq ${batchId} and RowKey gt ${rowPrefix} and RowKey lt ${'row.'}`;
    for await (const row of queryRows(this.#table, { filter })) {
      const state = readOrSkip(this.#table, row, storedEnrolment)?.state ?? 'failed';
      counts[state === 'pending' || state === 'failed' ? state : 'done']++;
    }
    return counts;
  }

  /** @returns the row as it is now; undefined when another worker changed it first. */
  async change(
    { etag, ...row }: SeenRow,
    change: Partial<Omit<EnrolmentRow, 'batchId' | 'row' | 'source'>>,
  ): Promise<SeenRow | undefined> {
    const next = { ...row, ...change };
    try {
      return { ...next, etag: await replaceRow(this.#table, enrolmentToRow(next), etag) };
    } catch (error) {
      if (error instanceof ConflictError) return undefined;
      throw error;
    }
  }

  /** Ends a row. Whom it was about is forgotten. */
  async end(
    row: SeenRow,
    outcome: { readonly state: RowState; readonly status?: number; readonly error?: string },
  ): Promise<void> {
    const { state, status, error } = outcome;
    await this.change(row, { state, status, error, asked: undefined, begun: false });
  }

  /** Notes when a batch is to be looked at next. */
  async setDue(batchId: string, dueAt: number): Promise<void> {
    await mergeRow(this.#table, { partitionKey: batchId, rowKey: batchKey, dueAt });
  }

  async finish(batch: EnrolmentBatch, ended: { done: number; failed: number }): Promise<void> {
    await mergeRow(this.#table, batchToRow({ ...batch, state: 'done', ended }));
    await this.close(batch.batchId);
  }

  async close(batchId: string): Promise<void> {
    await mergeRow(this.#table, { partitionKey: index, rowKey: batchId, open: false });
  }

  /** Those that have not ended, or were never written to their end. */
  async *open(): AsyncGenerator<OpenBatch> {
    const filter = `${where`PartitionKey eq ${index}`} and open eq true`;
    for await (const row of queryRows(this.#table, { filter })) yield this.#listed(row);
  }

  /**
   * All batches, newest first, with those that were never written to their end. The index is small, and read whole:
   * their ids tell no order.
   */
  async newest(): Promise<OpenBatch[]> {
    const found: OpenBatch[] = [];
    const filter = where`PartitionKey eq ${index}`;
    for await (const row of queryRows(this.#table, { filter })) found.push(this.#listed(row));
    return found.sort((a, b) => b.since - a.since || a.batchId.localeCompare(b.batchId));
  }

  /** What cannot be read is as old as its row: its batch is worked, shown and deleted all the same. */
  #listed(row: Row): OpenBatch {
    const since = readOrSkip(this.#table, row, indexCodec)?.createdAt ?? Date.parse(writtenAt(row) ?? '');
    return { batchId: row.rowKey, since };
  }

  /** Deletes what is kept of a batch. */
  async remove(batchId: string): Promise<void> {
    await deletePartition(this.#table, batchId, batchKey);
    await deleteRow(this.#table, index, batchId);
  }

  /** Deletes batches that are older, ended or not: what they hold of people is not to be kept. @returns how many. */
  async purge(before: number, byItself: ByItself): Promise<number> {
    let purged = 0;
    for await (const row of queryRows(this.#table, { filter: where`PartitionKey eq ${index}` })) {
      if (this.#listed(row).since >= before) continue;
      await byItself(async () => {
        await this.remove(row.rowKey);
        purged++;
      });
    }
    return purged;
  }
}
