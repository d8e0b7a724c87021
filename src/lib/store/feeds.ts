import { feedName, type Feed, firstDestination } from '../domain/feed';
import type { Utc, Window } from '../domain/time';
import {
  checkVersion,
  deleteRow,
  insertRow,
  putRow,
  queryRows,
  readRow,
  replaceRow,
  retryConflicts,
  rowVersion,
  type Row,
  where,
} from './rows';
import type { Storage, Table } from './storage';

/** What is known of a feed between its runs. */
export interface FeedState {
  readonly feed: Feed;
  /** The run whose turn it is. */
  readonly activeRun: string | undefined;
  /** How far a windowed feed has been delivered. */
  readonly watermark: Utc | undefined;
  /** Windows beyond the watermark that are done; a failed one lies before each. */
  readonly doneBeyond: readonly Window[];
  /** Under which settings of the destination the last whole run told it what it knows; undefined: nobody noted it. */
  readonly shape: string | undefined;
  /** The timer's tick that last started a run. */
  readonly lastTick: Utc | undefined;
  /** The day (YYYY-MM-DD) of the last nightly second look. */
  readonly lastRelook: string | undefined;
}

/** The table `feeds`: a row a feed, and beside it a marker for each of its runs that has not ended. */
export class FeedStore {
  readonly #table: Table;

  constructor(storage: Storage) {
    this.#table = storage.table('feeds');
  }

  async read(feed: Feed): Promise<FeedState> {
    const row = await readRow(this.#table, feedName(feed), 'feed');
    return toState(feed, row);
  }

  /**
   * Changes a feed's row; `change` is called again with the newer row when someone else wrote first.
   * @returns the row as it then is; `change` gives undefined to leave it alone.
   */
  update(feed: Feed, change: (state: FeedState) => Partial<FeedState> | undefined): Promise<FeedState> {
    return retryConflicts(async () => {
      const row = await readRow(this.#table, feedName(feed), 'feed');
      const state = toState(feed, row);
      const patch = change(state);
      if (!patch) return state;
      const next = { ...state, ...patch };
      const written = toRow(next);
      if (row) await replaceRow(this.#table, written, row.etag ?? '*');
      else if ((await insertRow(this.#table, written)) === undefined) return this.update(feed, change);
      return next;
    });
  }

  async list(): Promise<FeedState[]> {
    const states: FeedState[] = [];
    for await (const row of queryRows(this.#table, { filter: where`RowKey eq ${'feed'}` }))
      states.push(toState(feedOf(row), row));
    return states;
  }

  /** The feeds that have a row, whatever version of the app wrote it. */
  async names(): Promise<Feed[]> {
    const feeds: Feed[] = [];
    const select = ['PartitionKey', 'RowKey', 'source', 'kind', 'destination'];
    for await (const row of queryRows(this.#table, { filter: where`RowKey eq ${'feed'}`, select }))
      feeds.push(feedOf(row));
    return feeds;
  }

  /** Notes that a run of the feed has not ended; done before the run's own row, so that none is forgotten. */
  async markOpen(feed: Feed, runId: string): Promise<void> {
    await putRow(this.#table, {
      partitionKey: feedName(feed),
      rowKey: `open-${runId}`,
      source: feed.source,
      kind: feed.kind,
      destination: feed.destination,
      runId,
    });
  }

  async unmarkOpen(feed: Feed, runId: string): Promise<void> {
    await deleteRow(this.#table, feedName(feed), `open-${runId}`);
  }

  /** The runs that have not ended, oldest first; of one feed, or of all. */
  async listOpen(feed?: Feed): Promise<{ feed: Feed; runId: string; since: number }[]> {
    const open = where`RowKey ge ${'open-'} and RowKey lt ${'open.'}`;
    const filter = feed ? `${where`PartitionKey eq ${feedName(feed)}`} and ${open}` : open;
    const found: { feed: Feed; runId: string; since: number }[] = [];
    for await (const row of queryRows(this.#table, { filter }))
      found.push({
        feed: feedOf(row),
        runId: String(row.runId),
        since: Date.parse(String(row.timestamp)),
      });
    return found.sort((a, b) => startOf(a.runId).localeCompare(startOf(b.runId)));
  }
}

// A run's id ends in when it was started; ids of one feed sort by it.
const startOf = (runId: string): string => runId.split('-').slice(2).join('-');

/** Rows from before there were other destinations name none. */
const feedOf = ({ source, kind, destination = firstDestination }: Row): Feed => ({
  source: String(source),
  kind: kind as Feed['kind'],
  destination: String(destination),
});

function toState(feed: Feed, row: Row | undefined): FeedState {
  if (row) checkVersion(row, `The state of the feed ${feedName(feed)}`);
  const textOf = (name: string): string | undefined =>
    typeof row?.[name] === 'string' ? row[name] : undefined;
  return {
    feed,
    activeRun: textOf('activeRun'),
    watermark: textOf('watermark') as Utc | undefined,
    doneBeyond: JSON.parse(textOf('doneBeyond') ?? '[]') as Window[],
    shape: textOf('shape'),
    lastTick: textOf('lastTick') as Utc | undefined,
    lastRelook: textOf('lastRelook'),
  };
}

const intervalsKept = 400;

function toRow(state: FeedState): Row {
  const { feed, doneBeyond, ...rest } = state;
  return {
    partitionKey: feedName(feed),
    rowKey: 'feed',
    v: rowVersion,
    source: feed.source,
    kind: feed.kind,
    destination: feed.destination,
    // A property holds 32,000 characters. What is forgotten is read again, which does no harm.
    doneBeyond: JSON.stringify(doneBeyond.slice(0, intervalsKept)),
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
  };
}
