import { type Feed, type FeedKind, firstDestination } from '../domain/feed';
import { isEnded, type Run, type RunState } from '../domain/run';
import { utc, type Utc } from '../domain/time';
import { merged } from '../merged';
import { readOrSkip, readRows } from './codec';
import { FeedStore } from './feeds';
import { ListedSince } from './listed-since';
import { type Query, readRow, type Row, where } from './rows';
import { type Placed, placedRun, type Range, RunLists } from './run-lists';
import { partitionOf, storedRun } from './run-rows';
import type { Storage, Table } from './storage';

export interface RunFilter extends Pick<Query, 'pageSize'> {
  /** Leaves out this run and all that are newer. */
  readonly after?: string | undefined;
  readonly source?: string | undefined;
  readonly kind?: FeedKind | undefined;
  readonly destination?: string | undefined;
  readonly state?: RunState | undefined;
}

/**
 * Reads runs newest first: by their lists, and where those do not reach back, by looking through the table. A run whose
 * row cannot be read is left out.
 */
export class RunListing {
  readonly #table: Table;
  readonly #feeds: FeedStore;
  readonly #since: ListedSince;
  readonly lists: RunLists;

  constructor(storage: Storage) {
    this.#table = storage.table('runs');
    this.#feeds = new FeedStore(storage);
    this.#since = new ListedSince(storage);
    this.lists = new RunLists(this.#table, this.#since);
  }

  async *list(filter: RunFilter): AsyncGenerator<Run> {
    const { state } = filter;
    if (state !== undefined && !isEnded({ state })) {
      yield* this.#open(filter);
      return;
    }
    const since = await this.#since.read();
    const isPartly = since > 0 && since < Infinity;
    const before = isPartly ? placeOf(since) : undefined;
    if (since < Infinity) yield* this.#listed(filter, before);
    if (since > 0) yield* this.#unlisted(filter, before);
  }

  async *#listed(filter: RunFilter, before: string | undefined): AsyncGenerator<Run> {
    const { after, state, pageSize } = filter;
    const range: Range = { after: after && partitionOf(after), before, pageSize };
    const feeds = await this.#feedsOf(filter);
    const rows = feeds
      ? merged(feeds.map((feed) => this.lists.rows({ feed, state }, range)))
      : this.lists.rows({ state }, range);
    for await (const { row } of rows) {
      const run = await this.#run(row);
      if (run) yield run;
    }
  }

  /** Of a list's row; undefined when it leads to none, or to one that cannot be read. */
  async #run(row: Row): Promise<Run | undefined> {
    if (row.state !== undefined) return readOrSkip(this.#table, row, storedRun);
    const placed = readOrSkip(this.#table, row, placedRun);
    return placed && this.#read(placed.runId);
  }

  /** @returns undefined for all. */
  async #feedsOf({ source, kind, destination }: RunFilter): Promise<Feed[] | undefined> {
    if (source === undefined && kind === undefined && destination === undefined) return undefined;
    if (source !== undefined && kind !== undefined && destination !== undefined)
      return [{ source, kind, destination }];
    return (await this.lists.feeds()).filter(isOf({ source, kind, destination }));
  }

  /** Runs that have not ended are few, and marked. */
  async *#open({ after, state, ...ofFeed }: RunFilter): AsyncGenerator<Run> {
    const open = (await this.#feeds.listOpen()).filter(({ feed }) => isOf(ofFeed)(feed));
    const places = open.map(({ runId }) => ({ runId, place: partitionOf(runId) }));
    for (const { runId, place } of places.sort((a, b) => (a.place < b.place ? -1 : 1))) {
      if (after !== undefined && place <= partitionOf(after)) continue;
      const run = await this.#read(runId);
      if (run && run.state === state) yield run;
    }
  }

  /** Those of an app that kept no lists. @param from a place: left out, all. */
  async *#unlisted({ after, state, pageSize, ...ofFeed }: RunFilter, from = ''): AsyncGenerator<Run> {
    const { source, kind, destination } = ofFeed;
    const start = after === undefined ? from : [from, partitionOf(after)].sort()[1];
    const filter = [
      where`PartitionKey gt ${start} and PartitionKey lt ${':'} and RowKey eq ${'run'}`,
      ...(source === undefined ? [] : [where`source eq ${source}`]),
      ...(kind === undefined ? [] : [where`kind eq ${kind}`]),
      // Older rows of the first destination do not name it.
      ...(destination === undefined || destination === firstDestination
        ? []
        : [where`destination eq ${destination}`]),
      ...(state === undefined ? [] : [where`state eq ${state}`]),
    ].join(' and ');
    for await (const { value: run } of readRows(this.#table, { filter, pageSize }, storedRun))
      if (isOf(ofFeed)(run)) yield run;
  }

  /** What was started before a time, and whether it has ended; newest first, first what stands in lists. */
  async *startedBefore(time: Utc): AsyncGenerator<Placed & { readonly ended: boolean }> {
    const from = placeOf(Date.parse(time));
    const seen = new Set<string>();
    for await (const { row } of this.lists.rows({}, { after: from, select: placedRun.select })) {
      const placed = readOrSkip(this.#table, row, placedRun);
      if (!placed) continue;
      seen.add(placed.runId);
      // What is not there any more, or cannot be read, is to leave its lists.
      const run = placed.state === undefined ? await this.#read(placed.runId) : undefined;
      yield { ...placed, ended: run === undefined || isEnded(run) };
    }
    if ((await this.#since.read()) === 0) return;
    const filter = where`PartitionKey gt ${from} and PartitionKey lt ${':'} and RowKey eq ${'run'}`;
    const query = { filter, select: placedRun.select };
    for await (const { value } of readRows(this.#table, query, placedRun)) {
      const { runId, state = 'waiting', ...feed } = value;
      if (!seen.has(runId)) yield { runId, ...feed, ended: isEnded({ state }) };
    }
  }

  async #read(runId: string): Promise<Run | undefined> {
    const row = await readRow(this.#table, partitionOf(runId), 'run');
    return row && readOrSkip(this.#table, row, storedRun);
  }
}

/** Between the runs that were started until then, and those that came later. @param time milliseconds since 1970. */
const placeOf = (time: number): string => partitionOf(`--${utc(time).replace(/[-:]/g, '')}`);

const isOf =
  ({ source, kind, destination }: RunFilter) =>
  (feed: Feed): boolean =>
    (source === undefined || feed.source === source) &&
    (kind === undefined || feed.kind === kind) &&
    (destination === undefined || feed.destination === destination);
