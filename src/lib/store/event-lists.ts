import type { EventState, WebhookEvent } from '../domain/event';
import { readRows } from './codec';
import { eventPlace, eventPrefix, statePrefix, storedEvent } from './inbox-rows';
import type { ListedSince } from './listed-since';
import { type ByItself, purgeRows } from './purging';
import { queryRows, type Row, where } from './rows';
import type { Table } from './storage';

export interface ListOptions {
  readonly state?: EventState | undefined;
  /** Leaves out the event of this place and all that are newer. */
  readonly after?: string | undefined;
  readonly pageSize?: number | undefined;
}

export interface PlacedEvent {
  readonly place: string;
  readonly event: WebhookEvent;
}

const ended: readonly EventState[] = ['applied', 'ignored', 'dead'];
/** Events in line that are put in order here; of more, the newest are soon found among all. */
const mostInLine = 1_000;

/**
 * Reads the events of a source, newest first. Those that have ended stand in a list of their state as well, written
 * together with them; those that have not, in line. Events of an app that kept no such lists are found among all.
 */
export class EventLists {
  constructor(
    private readonly table: Table,
    private readonly since: ListedSince,
  ) {}

  async *list(source: string, options: ListOptions): AsyncGenerator<PlacedEvent> {
    const { state, after = '' } = options;
    if (state === undefined) {
      yield* this.#rows(source, eventPrefix, options);
      return;
    }
    if (state === 'received') {
      const line = await this.#line(source);
      if (!line) {
        yield* this.#rows(source, eventPrefix, options, [where`state eq ${state}`]);
        return;
      }
      for (const one of line) if (one.place > after) yield one;
      return;
    }
    const since = await this.since.read();
    const border = since > 0 && since < Infinity ? eventPlace(since) : undefined;
    if (since < Infinity) {
      const newer = border === undefined ? [] : [where`RowKey lt ${statePrefix(state) + border}`];
      yield* this.#rows(source, statePrefix(state), options, newer);
    }
    if (since > 0) {
      const older = [where`RowKey gt ${eventPrefix + (border ?? '')}`, where`state eq ${state}`];
      yield* this.#rows(source, eventPrefix, options, older);
    }
  }

  async *#rows(
    source: string,
    prefix: string,
    { after = '', pageSize }: ListOptions,
    terms: readonly string[] = [],
  ): AsyncGenerator<PlacedEvent> {
    const range = where`PartitionKey eq ${source} and RowKey gt ${prefix + after} and RowKey lt ${endOf(prefix)}`;
    const filter = [range, ...terms].join(' and ');
    for await (const { row, value: event } of readRows(this.table, { filter, pageSize }, storedEvent))
      yield { place: row.rowKey.slice(prefix.length), event };
  }

  /** What waits, newest first; undefined when it is too much. */
  async #line(source: string): Promise<PlacedEvent[] | undefined> {
    const placed: PlacedEvent[] = [];
    const filter = where`PartitionKey eq ${source} and RowKey ge ${'line-'} and RowKey lt ${'line.'}`;
    for await (const { value: event } of readRows(this.table, { filter }, storedEvent)) {
      if (placed.push({ place: eventPlace(event.receivedAt, event), event }) > mostInLine) return undefined;
    }
    return placed.sort((a, b) => (a.place < b.place ? -1 : 1));
  }

  /** Takes the events of before a time out of the lists of states. @param before milliseconds since 1970. */
  async purge(source: string, before: number, byItself: ByItself): Promise<void> {
    for (const state of ended) await purgeRows(this.table, this.#before(source, state, before), byItself);
  }

  #before(source: string, state: EventState, time: number): AsyncGenerator<Row> {
    const prefix = statePrefix(state);
    const filter = where`PartitionKey eq ${source} and RowKey gt ${prefix + eventPlace(time)} and RowKey lt ${endOf(prefix)}`;
    return queryRows(this.table, { filter, select: ['PartitionKey', 'RowKey'] });
  }
}

/** The full stop comes right after the hyphen. */
const endOf = (prefix: string): string => `${prefix.slice(0, -1)}.`;
