import type { Mapped } from '../../domain/mapped';
import { PayloadError } from '../../errors';

type Row = Pick<Mapped<unknown>, 'key' | 'raw'>;

/** Names a row; those without a key are told apart by their content. */
export const rowKey = ({ key, raw }: Row): string => key ?? `raw:${JSON.stringify(raw)}`;

/** One answer of an upward pass. */
export interface Answered {
  readonly keys: readonly string[];
  /** How many answers were there when it was asked for. */
  readonly after: number;
}

/**
 * The order in which a downward pass sees a window's rows, and whether a server that keeps its order could have
 * shown them so.
 */
export class PageOrder {
  /** Position of each key; only their order counts. */
  readonly #position = new Map<string, number>();
  #low = 0;

  /** Distinct rows seen. */
  get distinct(): number {
    return this.#position.size;
  }

  /**
   * The page before. Rows that shifted forward show up twice: at its end, in their old order.
   * @throws PayloadError when they show up elsewhere.
   */
  prepend(rows: readonly Row[]): void {
    let lastSeen = -Infinity;
    const fresh: string[] = [];
    for (const row of rows) {
      const key = rowKey(row);
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
  assertAgreesWith(upward: readonly Answered[]): void {
    /** The highest position here of any row in the first answers. */
    const highest = [-Infinity];
    for (const { keys, after } of upward) {
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
