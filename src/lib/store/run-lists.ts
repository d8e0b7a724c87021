import { z } from 'zod';
import { type Feed, feedName } from '../domain/feed';
import { isEnded, type Run, type RunState, runStates } from '../domain/run';
import { readRows, rowCodec } from './codec';
import { destination, kind, maybe } from './fields';
import type { ListedSince } from './listed-since';
import { type ByItself, purgeRows } from './purging';
import { queryRows, type Row, where } from './rows';
import { partitionOf, runToRow } from './run-rows';
import type { Table } from './storage';
import { writeInGroups, writeTogether } from './transactions';

const partitionKey = 'lists';

/** What of a run says in which lists it stands. */
export type Placed = Feed & Pick<Run, 'runId'> & { readonly state?: RunState | undefined };

/** All runs, or those of a feed, or in a state in which a run ends, or both. */
export interface ListName {
  readonly feed?: Feed | undefined;
  readonly state?: RunState | undefined;
}

/** Of a list, the part between two places. */
export interface Range {
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  readonly pageSize?: number | undefined;
  /** Left out: all of a row. */
  readonly select?: readonly string[];
}

/**
 * Lists of runs, newest first, in a partition of their own of the table `runs`: what a list shows is read without
 * the slices that stand between runs. Before a run is written it stands in two of them, by its name alone; once it
 * has ended, in four, as it then is. A run whose worker dies between the two is read where it stands.
 */
export class RunLists {
  constructor(
    private readonly table: Table,
    private readonly since: ListedSince,
  ) {}

  /** To be called before the run is written: a name that leads to no run is passed over. */
  async noteStart(run: Run): Promise<void> {
    await this.since.begin();
    const { runId, source, kind: ofKind, destination: to } = run;
    const feed = { source, kind: ofKind, destination: to };
    const rows: Row[] = [
      ...keysOf({ ...feed, runId }).map((rowKey) =>
        placedRun.write({ partitionKey, rowKey }, { ...feed, runId, state: undefined }),
      ),
      listedFeed.write({ partitionKey, rowKey: `feeds~${feedName(feed)}` }, feed),
    ];
    await writeTogether(
      this.table,
      rows.map((row) => ({ type: 'put', row })),
    );
  }

  /** To be called once the run has ended, before it is no longer marked as open: whoever finds it so does it again. */
  async noteEnd(run: Run): Promise<void> {
    await writeInGroups(
      this.table,
      listedRows(run).map((row) => ({ type: 'put', row })),
    );
  }

  /** The rows of a list, each with the run's place: those of runs that had not ended bear no state. */
  async *rows(
    { feed, state }: ListName,
    { after = '', before = ':', pageSize, select }: Range,
  ): AsyncGenerator<{ place: string; row: Row }> {
    const list = `${nameOf(feed, state)}~`;
    const filter = where`PartitionKey eq ${partitionKey} and RowKey gt ${list + after} and RowKey lt ${list + before}`;
    for await (const row of queryRows(this.table, { filter, pageSize, select }))
      yield { place: row.rowKey.slice(list.length), row };
  }

  /** The feeds that have lists. */
  async feeds(): Promise<Feed[]> {
    const feeds: Feed[] = [];
    const filter = where`PartitionKey eq ${partitionKey} and RowKey ge ${'feeds~'} and RowKey lt ${'feeds~~'}`;
    for await (const { value } of readRows(this.table, { filter }, listedFeed)) feeds.push(value);
    return feeds;
  }

  /** Takes runs that were deleted out of their lists. */
  async remove(runs: readonly Placed[], byItself: ByItself): Promise<void> {
    const rows = runs.flatMap((run) => keysOf(run).map((rowKey): Row => ({ partitionKey, rowKey })));
    await purgeRows(this.table, rows, byItself);
  }
}

const feedColumns = z.object({ source: z.string(), kind, destination });

const listedFeed = rowCodec<Feed>(({ rowKey }) => `The listed feed ${rowKey}`, feedColumns);

/** Of a run's row, in the lists or on its own, what says in which lists it stands. */
export const placedRun = {
  select: ['PartitionKey', 'RowKey', 'v', 'runId', 'source', 'kind', 'destination', 'state'],
  ...rowCodec<Placed>(
    ({ partitionKey: partition, rowKey }) => `The run ${rowKey} in the partition ${partition}`,
    feedColumns.extend({ runId: z.string(), state: maybe(z.enum(runStates)) }),
  ),
};

const nameOf = (feed: Feed | undefined, state: RunState | undefined): string =>
  (feed ? feedName(feed) : 'all') + (state ? `_${state}` : '');

function keysOf(run: Placed): string[] {
  const { state } = run;
  const names = [nameOf(undefined, undefined), nameOf(run, undefined)];
  if (state && isEnded({ state })) names.push(nameOf(undefined, state), nameOf(run, state));
  return names.map((name) => `${name}~${partitionOf(run.runId)}`);
}

/** The rows of a run that has ended, one a list. */
export function listedRows(run: Run): Row[] {
  const row = runToRow(run);
  return keysOf(run).map((rowKey) => ({ ...row, partitionKey, rowKey }));
}
