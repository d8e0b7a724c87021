import { type EventState, groupOf, type WebhookEvent } from '../domain/event';
import { ConflictError } from '../errors';
import { DeletionNotes } from './deletion-notes';
import { EventLists, type ListOptions, type PlacedEvent } from './event-lists';
import {
  type Arrival,
  eventPlace,
  eventToRow,
  type RawEvent,
  rawToRow,
  rowKeys,
  splitId,
  statePrefix,
  storedEvent,
  storedRaw,
} from './inbox-rows';
import { readOrSkip, readRows } from './codec';
import { shortHash } from './keys';
import { ListedSince } from './listed-since';
import { partitionsAfter } from './partitions';
import { purgeEvents } from './inbox-purge';
import type { ByItself } from './purging';
import { deleteRow, readRow, where } from './rows';
import { isMissing, storageError, type Storage, type Table } from './storage';
import { type Action, writeTogether } from './transactions';

// An event's change takes three rows at the most, and a transaction holds 100.
const together = 33;

/**
 * The table `inbox`: a partition a source. An event has a row with what was sent, which makes it one of its kind;
 * a row with its state, newest first; and, while it is to be worked, a row that stands in line with the others of
 * its group; once it has ended, one in the list of its state. Every change of state goes by way of the row in line, so
 * that only one worker makes it.
 *
 * An event is a hint: one whose row cannot be read is skipped, and what it was about is seen by the next scan or window.
 */
export class Inbox {
  readonly #table: Table;
  /** What events have withdrawn. */
  readonly deletions: DeletionNotes;
  readonly #since: ListedSince;
  readonly #lists: EventLists;

  /** @param sources the ids of those whose events are looked after. */
  constructor(
    storage: Storage,
    readonly sources: readonly string[],
  ) {
    this.#table = storage.table('inbox');
    this.deletions = new DeletionNotes(this.#table);
    this.#since = new ListedSince(storage);
    this.#lists = new EventLists(this.#table, this.#since);
  }

  /** Writes a new event, all of it or nothing. @returns false when there is one of this id already. */
  async add(event: WebhookEvent, raw: RawEvent): Promise<boolean> {
    const keys = rowKeys(event);
    await this.#since.begin();
    try {
      await writeTogether(this.#table, [
        { type: 'create', row: rawToRow(event, raw, keys.raw) },
        { type: 'create', row: eventToRow(event, keys.event) },
        { type: 'create', row: eventToRow(event, keys.line) },
      ]);
      return true;
    } catch (error) {
      if (error instanceof ConflictError) return false;
      throw error;
    }
  }

  /** @returns undefined when there is no such event, or when it cannot be read any more. */
  async read(eventId: string): Promise<WebhookEvent | undefined> {
    return (await this.#find(eventId))?.event;
  }

  /** What was sent; undefined when there is no such event, or when it cannot be read any more. */
  async raw(eventId: string): Promise<RawEvent | undefined> {
    const id = splitId(eventId);
    const row = id && (await readRow(this.#table, id.source, `raw-${id.hash}`));
    return row && readOrSkip(this.#table, row, storedRaw);
  }

  /** The calls of a source that came, in no order. */
  async *arrivals(source: string): AsyncGenerator<Arrival> {
    const filter = where`PartitionKey eq ${source} and RowKey ge ${'raw-'} and RowKey lt ${'raw.'}`;
    for await (const { value } of readRows(this.#table, { filter }, storedRaw))
      if (value.fromLog !== true) yield value;
  }

  /** Events in line, oldest first within their group; of one group, or of all of the source. */
  async *waiting(source: string, group?: string): AsyncGenerator<WebhookEvent> {
    const from = group === undefined ? 'line-' : `line-${shortHash(group)}-`;
    // The full stop comes right after the hyphen.
    const to = `${from.slice(0, -1)}.`;
    const filter = where`PartitionKey eq ${source} and RowKey ge ${from} and RowKey lt ${to}`;
    for await (const { value: event } of readRows(this.#table, { filter }, storedEvent))
      if (group === undefined || groupOf(event.task) === group) yield event;
  }

  /** Takes an event out of the line that is none any more, or is over: it would hold up those behind it for ever. */
  async leaveLine(event: WebhookEvent): Promise<void> {
    await deleteRow(this.#table, event.source, rowKeys(event).line);
  }

  /** The oldest event of a group that is due, if any: it leads the others. @param now milliseconds since 1970. */
  async firstDue(source: string, group: string, now: number): Promise<WebhookEvent | undefined> {
    const line = `line-${shortHash(group)}`;
    const filter = where`PartitionKey eq ${source} and RowKey ge ${`${line}-`} and RowKey lt ${`${line}.`}`;
    // A thousand may wait: a few rows at a time are enough to see who comes first.
    const query = { filter, pageSize: 20 };
    for await (const { value: event } of readRows(this.#table, query, storedEvent))
      if (event.dueAt <= now && groupOf(event.task) === group) return event;
    return undefined;
  }

  /** Takes events out of the line, with how they ended and one attempt more. Those that are not in line are left alone. */
  end(events: readonly WebhookEvent[], state: EventState, error?: string): Promise<void> {
    return this.#change(
      events,
      (event) => ({ ...event, state, error, attempts: event.attempts + 1 }),
      (event, lineKey) => [
        { type: 'delete', row: { partitionKey: event.source, rowKey: lineKey } },
        { type: 'put', row: eventToRow(event, listKey(event)) },
      ],
    );
  }

  /** Lets events wait on. Those that are not in line are left alone. */
  putBack(
    events: readonly WebhookEvent[],
    change: (event: WebhookEvent) => Partial<Pick<WebhookEvent, 'dueAt' | 'attempts' | 'leftAt' | 'error'>>,
  ): Promise<void> {
    return this.#change(
      events,
      (event) => ({ ...event, leftAt: undefined, ...change(event) }),
      (event, lineKey) => [{ type: 'replace', row: eventToRow(event, lineKey), etag: '*' }],
    );
  }

  /** Puts an event that ended in line again. @returns false when it is in line, or changed meanwhile. */
  async requeue(
    eventId: string,
    next: Pick<WebhookEvent, 'type' | 'task' | 'queuedAt' | 'dueAt'>,
  ): Promise<boolean> {
    const found = await this.#find(eventId);
    if (!found || found.event.state === 'received') return false;
    const event: WebhookEvent = {
      ...found.event,
      ...next,
      state: 'received',
      attempts: 0,
      leftAt: undefined,
      error: undefined,
    };
    const keys = rowKeys(event);
    const { source: partitionKey } = event;
    const rowKey = listKey(found.event);
    // One that ended before there were lists stands in none.
    const isListed = (await readRow(this.#table, partitionKey, rowKey, { select: ['RowKey'] })) !== undefined;
    try {
      await writeTogether(this.#table, [
        { type: 'replace', row: eventToRow(event, keys.event), etag: found.etag },
        { type: 'create', row: eventToRow(event, keys.line) },
        ...(isListed ? [{ type: 'delete' as const, row: { partitionKey, rowKey } }] : []),
      ]);
      return true;
    } catch (error) {
      if (error instanceof ConflictError) return false;
      throw error;
    }
  }

  /** The events of a source, newest first, each with its place for `after`. */
  list(source: string, options: ListOptions = {}): AsyncGenerator<PlacedEvent> {
    return this.#lists.list(source, options);
  }

  /** The sources of which anything is kept, whatever LMS_SOURCES names today. */
  async storedSources(): Promise<string[]> {
    const sources: string[] = [];
    for await (const source of partitionsAfter(this.#table, '')) sources.push(source);
    return sources;
  }

  /**
   * Deletes what is kept of events that ended, of those received before. One that is replayed meanwhile stays.
   * @param before milliseconds since 1970.
   */
  async purge(source: string, before: number, byItself: ByItself): Promise<number> {
    await this.#lists.purge(source, before, byItself);
    const purged = await purgeEvents(this.#table, source, before, byItself);
    await this.deletions.purge(source, before, byItself);
    return purged;
  }

  async #find(eventId: string): Promise<{ event: WebhookEvent; etag: string } | undefined> {
    const id = splitId(eventId);
    if (!id) return undefined;
    let receivedAt: number;
    try {
      // Without what was sent: only the time is needed to find the other row.
      const select = { queryOptions: { select: ['receivedAt'] } };
      receivedAt = Number((await this.#table.getEntity(id.source, `raw-${id.hash}`, select)).receivedAt);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw storageError(error);
    }
    const keys = rowKeys({ eventId, source: id.source, receivedAt, queuedAt: 0 });
    const row = await readRow(this.#table, id.source, keys.event);
    const event = row && row.leaving !== true ? readOrSkip(this.#table, row, storedEvent) : undefined;
    return event && { event, etag: row?.etag ?? '*' };
  }

  async #change(
    events: readonly WebhookEvent[],
    change: (event: WebhookEvent) => WebhookEvent,
    beside: (event: WebhookEvent, lineKey: string) => readonly Action[],
  ): Promise<void> {
    const actions = events.map((event): Action[] => {
      const next = change(event);
      const keys = rowKeys(event);
      return [...beside(next, keys.line), { type: 'put', row: eventToRow(next, keys.event) }];
    });
    for (let i = 0; i < actions.length; i += together) {
      const some = actions.slice(i, i + together);
      if (await this.#write(some.flat())) continue;
      // Another worker changed one of them; the others must not suffer for it.
      if (some.length > 1) for (const one of some) await this.#write(one);
    }
  }

  /** @returns false when one of the rows is not there any more. */
  async #write(actions: readonly Action[]): Promise<boolean> {
    try {
      await writeTogether(this.#table, actions);
      return true;
    } catch (error) {
      if (error instanceof ConflictError) return false;
      throw error;
    }
  }
}

/** In the list of the state in which it ended. */
const listKey = (event: WebhookEvent): string =>
  statePrefix(event.state) + eventPlace(event.receivedAt, event);
