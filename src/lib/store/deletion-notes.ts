import { shortHash } from './keys';
import { type ByItself, purgeRows } from './purging';
import { deleteRow, putRow, queryRows, type Row, rowVersion, where } from './rows';
import type { Table } from './storage';

/** The courses that events have withdrawn of late, in the table `inbox`: a row a course, in its source's partition. */
export class DeletionNotes {
  constructor(private readonly table: Table) {}

  /** Notes that an event is about to take a course back. @param at milliseconds since 1970. */
  async note(source: string, courseId: string, at: number): Promise<void> {
    const row = { partitionKey: source, rowKey: keyOf(courseId), v: rowVersion, courseId, at };
    await putRow(this.table, row);
  }

  async forget(source: string, courseId: string): Promise<void> {
    await deleteRow(this.table, source, keyOf(courseId));
  }

  /** The courses that events withdrew, or tried to, since then. @param since milliseconds since 1970. */
  async since(source: string, since: number): Promise<string[]> {
    const courses: string[] = [];
    for await (const row of this.#of(source)) if (Number(row.at) >= since) courses.push(String(row.courseId));
    return courses;
  }

  /** Deletes the notes from before a time, milliseconds since 1970. One that was written anew meanwhile stays. */
  async purge(source: string, before: number, byItself: ByItself): Promise<void> {
    await purgeRows(this.table, this.#before(source, before), byItself);
  }

  async *#before(source: string, before: number): AsyncGenerator<Row> {
    for await (const row of this.#of(source)) if (Number(row.at) < before) yield row;
  }

  #of(source: string): AsyncGenerator<Row> {
    const filter = where`PartitionKey eq ${source} and RowKey ge ${'deletion-'} and RowKey lt ${'deletion.'}`;
    return queryRows(this.table, { filter });
  }
}

const keyOf = (courseId: string): string => `deletion-${shortHash(courseId)}`;
