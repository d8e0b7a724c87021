import { firstDestination, firstSystem } from '../domain/feed';
import { utc, type Utc } from '../domain/time';
import { readRows } from './codec';
import { gateCodec, GateRow } from './gate-row';
import { retryConflicts, where } from './rows';
import type { Storage } from './storage';

/**
 * What a destination is called among the systems that are called. No source's id has a hyphen.
 * @param destination its id.
 */
export const destinationSystem = (destination: string): string =>
  destination === firstDestination ? firstSystem : `dest-${destination}`;

/** A system that is left alone for a while, because it asked for that. */
export interface Pause {
  /** A source's id, or a destination's system. */
  readonly system: string;
  readonly until: Utc;
  /** What it answered, such as `429 with Retry-After`; undefined when an older version of the app noted none. */
  readonly why: string | undefined;
}

/** The pauses that all instances keep to, as the gates' rows hold them. */
export class Pauses {
  constructor(private readonly storage: Storage) {}

  /** Those that go on, by name; a gate whose row cannot be read is left out. @param now milliseconds since 1970. */
  async list(now: number): Promise<Pause[]> {
    const found: Pause[] = [];
    const gates = { filter: where`PartitionKey eq ${'gate'}` };
    for await (const { row, value } of readRows(this.storage.table('leases'), gates, gateCodec)) {
      const { pausedUntil, why } = value.state;
      if (pausedUntil > now) found.push({ system: row.rowKey, until: utc(pausedUntil), why });
    }
    return found;
  }

  /**
   * Ends a pause: the next call goes first, alone, and tells how the system is. Instances see it within a minute.
   * @param now milliseconds since 1970. @returns false when there was none.
   */
  end(system: string, now: number): Promise<boolean> {
    const row = new GateRow(this.storage, system);
    return retryConflicts(async () => {
      const { state, etag } = await row.read();
      if (etag === undefined || state.pausedUntil <= now) return false;
      await row.write({ ...state, pausedUntil: now }, etag);
      return true;
    });
  }
}
