import type { EncodedRecord } from '../../destinations/destination';
import type { MappedRecord } from '../../domain/mapped';
import type { LearnerResult } from '../../domain/learner-result';
import { isAheadInWindow } from '../why-not-sent';

export interface Outgoing {
  readonly row: MappedRecord<LearnerResult>;
  readonly encoded: EncodedRecord;
  /** Stands in the counts already: an earlier sight of it was sent. */
  readonly again: boolean;
}

type Standing = Pick<LearnerResult, 'status' | 'at' | 'percent'>;

interface Best {
  rowKey: string;
  standing: Standing;
  /** Undefined once it was handed on. */
  waiting: Outgoing | undefined;
}

/**
 * Reduces the rows of a window to one a record of the sink: two accounts of one person (an address in two ways of
 * writing it, two user names) are two rows at the source, and one record where they go. The most advanced counts,
 * whichever page it stands on; so nothing is handed on before the window was read, or as many wait as memory is for.
 */
export class OneARecord {
  readonly #best = new Map<string, Best>();
  #waiting: Best[] = [];

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * @param before the row was seen before, with another value.
   * @returns whether one row more is left out for the sake of another.
   */
  offer(rowKey: string, row: MappedRecord<LearnerResult>, encoded: EncodedRecord, before: boolean): boolean {
    const { key } = encoded;
    const best = this.#best.get(key);
    const standing = row.record;
    if (!best) {
      const first: Best = { rowKey, standing, waiting: { row, encoded, again: before } };
      this.#best.set(key, first);
      this.#waiting.push(first);
      return false;
    }
    const isOther = best.rowKey !== rowKey;
    if (isOther && !isAheadInWindow(standing, best.standing)) return !before;
    const displaced = best.waiting;
    if (!displaced) this.#waiting.push(best);
    best.rowKey = rowKey;
    best.standing = standing;
    best.waiting = { row, encoded, again: displaced ? !isOther && displaced.again : before };
    return isOther && displaced !== undefined && !before;
  }

  /** Those that wait, in the order in which their records first came. They wait no more. */
  *take(): Generator<Outgoing> {
    const all = this.#waiting;
    this.#waiting = [];
    for (const best of all) {
      const { waiting } = best;
      best.waiting = undefined;
      if (waiting) yield waiting;
    }
  }
}
