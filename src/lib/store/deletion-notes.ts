import { z } from 'zod';
import { readOrSkip, rowCodec } from './codec';
import { shortHash } from './keys';
import { type ByItself, purgeRows } from './purging';
import { deleteRow, putRow, queryRows, type Row, where } from './rows';
import type { Table } from './storage';

/**
 * The courses that events have withdrawn of late, in the table `inbox`: a row a course, in its source's partition. One
 * that cannot be read counts for one course less when a catalog shrinks, until the next purge.
 */
export class DeletionNotes {
  constructor(private readonly table: Table) {}

  /** Notes that an event is about to take a course back. @param at milliseconds since 1970. */
  async note(source: string, courseId: string, at: number): Promise<void> {
    const keys = { partitionKey: source, rowKey: keyOf(courseId) };
    await putRow(this.table, codec.write(keys, { courseId, at }));
  }

  async forget(source: string, courseId: string): Promise<void> {
    await deleteRow(this.table, source, keyOf(courseId));
  }

  /** The courses that events withdrew, or tried to, since then. @param since milliseconds since 1970. */
  async since(source: string, since: number): Promise<string[]> {
    const courses: string[] = [];
    for await (const row of this.#of(source)) {
      const note = readOrSkip(this.table, row, codec);
      if (note && note.at >= since) courses.push(note.courseId);
    }
    return courses;
  }

  /** Deletes the notes from before a time, milliseconds since 1970. One that was written anew meanwhile stays. */
  async purge(source: string, before: number, byItself: ByItself): Promise<void> {
    await purgeRows(this.table, this.#before(source, before), byItself);
  }

  async *#before(source: string, before: number): AsyncGenerator<Row> {
    for await (const row of this.#of(source)) {
      const note = readOrSkip(this.table, row, codec);
      if (!note || note.at < before) yield row;
    }
  }

  #of(source: string): AsyncGenerator<Row> {
    const filter = where`PartitionKey eq ${source} and RowKey ge ${'deletion-'} and RowKey lt ${'deletion.'}`;
    return queryRows(this.table, { filter });
  }
}

const codec = rowCodec<{ readonly courseId: string; readonly at: number }>(
  ({ rowKey }) => `The note ${rowKey}`,
  z.object({ courseId: z.string(), at: z.number() }),
);

const keyOf = (courseId: string): string => `deletion-${shortHash(courseId)}`;
