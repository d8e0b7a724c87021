import { z } from 'zod';
import { feedName, type Feed } from '../domain/feed';
import type { Utc, Window } from '../domain/time';
import { readRows, rowCodec } from './codec';
import { destination, json, kind, maybe, time, window } from './fields';
import { deleteRow, insertRow, putRow, readRow, replaceRow, retryConflicts, type Row, where } from './rows';
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

/**
 * The table `feeds`: a row a feed, and beside it a marker for each of its runs that has not ended. A feed whose row
 * cannot be read is not synced: without the watermark all would be sent anew, and without the active run two would be
 * at work at once. Its runs refuse with one sentence; lists leave it out.
 */
export class FeedStore {
  readonly #table: Table;

  constructor(storage: Storage) {
    this.#table = storage.table('feeds');
  }

  /** @throws UnreadableRowError; PayloadError when the row is of another version of the app. */
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
    const read = (row: Row): FeedState => toState(feedCodec.read(row), row);
    for await (const { value } of readRows(this.#table, { filter: where`RowKey eq ${'feed'}` }, { read }))
      states.push(value);
    return states;
  }

  /** The feeds that have a row, whatever version of the app wrote it. */
  async names(): Promise<Feed[]> {
    const feeds: Feed[] = [];
    const select = ['PartitionKey', 'RowKey', 'source', 'kind', 'destination'];
    const query = { filter: where`RowKey eq ${'feed'}`, select };
    for await (const { value } of readRows(this.#table, query, feedCodec)) feeds.push(value);
    return feeds;
  }

  /** Notes that a run of the feed has not ended; done before the run's own row, so that none is forgotten. */
  async markOpen(feed: Feed, runId: string): Promise<void> {
    const keys = { partitionKey: feedName(feed), rowKey: `open-${runId}` };
    await putRow(this.#table, markerCodec.write(keys, { ...feed, runId }));
  }

  async unmarkOpen(feed: Feed, runId: string): Promise<void> {
    await deleteRow(this.#table, feedName(feed), `open-${runId}`);
  }

  /** The runs that have not ended, oldest first; of one feed, or of all. A run without its marker is found by its feed. */
  async listOpen(feed?: Feed): Promise<{ feed: Feed; runId: string; since: number }[]> {
    const open = where`RowKey ge ${'open-'} and RowKey lt ${'open.'}`;
    const filter = feed ? `${where`PartitionKey eq ${feedName(feed)}`} and ${open}` : open;
    const found: { feed: Feed; runId: string; since: number }[] = [];
    for await (const { row, value } of readRows(this.#table, { filter }, markerCodec)) {
      const { runId, ...feedOfRun } = value;
      found.push({ feed: feedOfRun, runId, since: Date.parse(String(row.timestamp)) });
    }
    return found.sort((a, b) => startOf(a.runId).localeCompare(startOf(b.runId)));
  }
}

// A run's id ends in when it was started; ids of one feed sort by it.
const startOf = (runId: string): string => runId.split('-').slice(2).join('-');

const feedColumns = z.object({ source: z.string(), kind, destination });

const feedCodec = rowCodec<Feed>(({ partitionKey }) => `The feed ${partitionKey}`, feedColumns, {
  versioned: false,
});

const markerCodec = rowCodec<Feed & { readonly runId: string }>(
  ({ rowKey }) => `The marker ${rowKey}`,
  feedColumns.extend({ runId: z.string() }),
  { versioned: false },
);

type StoredState = Feed & Omit<FeedState, 'feed'>;

const stateCodec = rowCodec<StoredState>(
  ({ partitionKey }) => `The state of the feed ${partitionKey}`,
  feedColumns.extend({
    activeRun: maybe(z.string()),
    watermark: maybe(time),
    doneBeyond: json(z.array(window)).default([]),
    shape: maybe(z.string()),
    lastTick: maybe(time),
    lastRelook: maybe(z.string()),
  }),
);

const unknown: Omit<FeedState, 'feed'> = {
  activeRun: undefined,
  watermark: undefined,
  doneBeyond: [],
  shape: undefined,
  lastTick: undefined,
  lastRelook: undefined,
};

function toState(feed: Feed, row: Row | undefined): FeedState {
  if (!row) return { feed, ...unknown };
  const { source: _, kind: __, destination: ___, ...state } = stateCodec.read(row);
  return { feed, ...state };
}

const intervalsKept = 400;

function toRow({ feed, doneBeyond, ...rest }: FeedState): Row {
  const { source, kind: ofKind, destination: to } = feed;
  return stateCodec.write(
    { partitionKey: feedName(feed), rowKey: 'feed' },
    {
      ...{ source, kind: ofKind, destination: to },
      ...rest,
      // A property holds 32,000 characters. What is forgotten is read again, which does no harm.
      doneBeyond: doneBeyond.slice(0, intervalsKept),
    },
  );
}
