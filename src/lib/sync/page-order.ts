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

  /** Distinct rows seen. */
  get distinct(): number {
    return this.#position.size + this.#unkeyed;
  }

  /** The next page of an upward pass. A row that was seen before shifted forward meanwhile. */
  append(rows: readonly Row[]): void {
    for (const { key } of rows) {
      if (key === undefined) this.#unkeyed++;
      else if (!this.#position.has(key)) this.#position.set(key, this.#high++);
    }
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

  /** @throws PayloadError when rows that both passes saw stood in another order. */
  assertAgreesWith(other: PageOrder): void {
    const common = [...this.#position]
      .filter(([key]) => other.#position.has(key))
      .sort((a, b) => a[1] - b[1]);
    let last = -Infinity;
    for (const [key] of common) {
      const position = other.#position.get(key) ?? 0;
      if (position <= last) throw unstable();
      last = position;
    }
  }
}

const unstable = (): PayloadError =>
  new PayloadError(
    'The source lists the rows of one window in an unstable order, so that none can be told to be complete; ask for a server that orders them',
  );
