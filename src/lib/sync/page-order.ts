import type { Mapped } from '../domain/mapped';
import { PayloadError } from '../errors';

type Row = Pick<Mapped<unknown>, 'key' | 'raw'>;

/**
 * The order in which one pass saw a window's rows, and whether a server that keeps its order could have shown
 * them so. Rows without a key are told apart by their content.
 */
export class PageOrder {
  /** Position of each key; only their order counts. Grows upward in an upward pass, downward in a downward one. */
  readonly #position = new Map<string, number>();
  #low = 0;
  #high = 0;
  #unkeyed = 0;
  /** Of each answer of an upward pass its keys, and how many answers were there when it was asked for. */
  readonly #answers: { readonly keys: readonly string[]; readonly after: number }[] = [];

  /** Distinct rows seen. */
  get distinct(): number {
    return this.#position.size + this.#unkeyed;
  }

  /** Answers of an upward pass so far. */
  get answers(): number {
    return this.#answers.length;
  }

  /**
   * The next page of an upward pass. A row that was seen before shifted forward meanwhile.
   * @param after how many answers were there when it was asked for.
   */
  append(rows: readonly Row[], after: number): void {
    this.#unkeyed += rows.filter(({ key }) => key === undefined).length;
    const keys = rows.flatMap(({ key }) => (key === undefined ? [] : [key]));
    for (const key of keys) if (!this.#position.has(key)) this.#position.set(key, this.#high++);
    this.#answers.push({ keys, after });
  }

  /**
   * The page before, in a downward pass. Rows that shifted forward show up twice: at its end, in their old order.
   * @throws PayloadError when they show up elsewhere.
   */
  prepend(rows: readonly Row[]): void {
    let lastSeen = -Infinity;
    const fresh: string[] = [];
    for (const row of rows) {
      const key = row.key ?? `raw:${JSON.stringify(row.raw)}`;
      const seen = this.#position.get(key);
      if (seen === undefined) {
        if (lastSeen > -Infinity) throw unstable();
        fresh.push(key);
      } else {
        if (seen <= lastSeen) throw unstable();
        lastSeen = seen;
      }
    }
    this.#low -= fresh.length;
    fresh.forEach((key, i) => this.#position.set(key, this.#low + i));
  }

  /**
   * Compares with an upward pass. Its pages are asked for several at a time: what shifts forward meanwhile may
   * stand on a later page than its successor, but never on one that was asked for after the successor came.
   * @throws PayloadError when rows that both passes saw stand in another order.
   */
  assertAgreesWith(upward: PageOrder): void {
    /** The highest position here of any row in the first answers. */
    const highest = [-Infinity];
    for (const { keys, after } of upward.#answers) {
      let last = highest[after] ?? -Infinity;
      for (const key of keys) {
        const position = this.#position.get(key);
        if (position === undefined) continue;
        if (position <= last) throw unstable();
        last = position;
      }
      highest.push(Math.max(highest.at(-1) ?? -Infinity, last));
    }
  }
}

const unstable = (): PayloadError =>
  new PayloadError(
    'The source lists the rows of one window in an unstable order, so that none can be told to be complete; ask for a server that orders them',
  );
