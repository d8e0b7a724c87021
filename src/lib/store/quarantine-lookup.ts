import { toMs } from '../domain/time';
import { forEachOf } from '../for-each-of';
import { queryRows, readRow, type Row, where, writtenAt } from './rows';
import type { Table } from './storage';

const pageSize = 1_000;
/** Records asked for by themselves, at a time. */
const width = 8;
const select = ['PartitionKey', 'RowKey', 'Timestamp'];

/**
 * Tells a piece of work which of its records are in quarantine. One call is enough for a thousand of them. Where
 * there are more, records are asked for one by one, until as many were as it takes calls to read all: so the work
 * never pays more than twice the cheaper of the two.
 */
export class QuarantineLookup {
  /** Those that were read: all up to the key `#readTo`. */
  readonly #known = new Set<string>();
  #readTo: string | undefined = '';
  #asked = 0;
  #reading: Promise<void> | undefined;

  private constructor(
    private readonly table: Table,
    private readonly partition: string,
    private readonly begunAt: number,
  ) {}

  /** @param now by storage's clock, milliseconds since 1970: what comes into quarantine later is another's. */
  static async begin(table: Table, partition: string, now: number): Promise<QuarantineLookup> {
    const lookup = new QuarantineLookup(table, partition, now);
    await lookup.#read(pageSize);
    return lookup;
  }

  get isEmpty(): boolean {
    return this.#readTo === undefined && this.#known.size === 0;
  }

  /** @param rowKeys of records. @returns of those that were in quarantine when the work began. */
  async find(rowKeys: readonly string[]): Promise<string[]> {
    const unread = (key: string): boolean => this.#readTo !== undefined && key > this.#readTo;
    const unknown = rowKeys.filter(unread);
    if (this.#asked + unknown.length > this.#pagesLeft()) await (this.#reading ??= this.#read());
    else await this.#ask(unknown);
    return rowKeys.filter((key) => this.#known.has(key));
  }

  /** Keys are hashes: how far some of them reach says how many there are. */
  #pagesLeft(): number {
    if (this.#readTo === undefined) return Infinity;
    const share = (parseInt(this.#readTo.slice(0, 8), 16) + 1) / 2 ** 32;
    return 1 / share - 1;
  }

  async #ask(rowKeys: readonly string[]): Promise<void> {
    this.#asked += rowKeys.length;
    await forEachOf(rowKeys, width, async (rowKey) => {
      this.#keep(await readRow(this.table, this.partition, rowKey, { select }));
    });
  }

  /** @param most rows to read, if there are so many; the next call takes it up from there. */
  async #read(most = Infinity): Promise<void> {
    const filter = where`PartitionKey eq ${this.partition} and RowKey gt ${this.#readTo ?? ''}`;
    let rows = 0;
    for await (const row of queryRows(this.table, { filter, select, pageSize })) {
      this.#keep(row);
      this.#readTo = row.rowKey;
      if (++rows === most) return;
    }
    this.#readTo = undefined;
  }

  #keep(row: Row | undefined): void {
    const at = writtenAt(row);
    if (row && !(at !== undefined && toMs(at) > this.begunAt)) this.#known.add(row.rowKey);
  }
}
