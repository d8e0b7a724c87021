import { z } from 'zod';
import {
  addChanges,
  addCounts,
  type Changes,
  type Counts,
  isEnded,
  noChanges,
  noCounts,
  type Run,
  type Slice,
  type SliceWork,
} from '../domain/run';
import { addNotes, type Note } from '../domain/notes';
import type { Utc } from '../domain/time';
import { ConflictError } from '../errors';
import { packedJson, readOrSkip, readRows } from './codec';
import { changeSlice, PausedWork, seenKey } from './paused';
import {
  partitionOf,
  type PendingSlice,
  pendingSlice,
  rowToRun,
  rowToSlice,
  runToRow,
  sliceKey,
  sliceToRow,
  storedRun,
} from './run-rows';
import { forEachOf } from '../for-each-of';
import { type ByItself, deletePartition } from './purging';
import { type RunFilter, RunListing } from './run-listing';
import type { Placed } from './run-lists';
import { insertRow, readRow, replaceRow, retryConflicts, type Row, where } from './rows';
import type { Storage, Table } from './storage';
import { type Action, writeInGroups, writeTogether } from './transactions';

/** How one slice ended. */
export type SliceResult =
  | {
      readonly state: 'done';
      readonly counts: Counts;
      readonly changes?: Changes;
      readonly notes?: readonly Note[];
      /** What it left to slices of their own, and when they are due, milliseconds since 1970. */
      readonly left?: readonly { readonly work: SliceWork; readonly dueAt: number }[];
    }
  | { readonly state: 'failed'; readonly error: string; readonly counts?: Counts };

/** Each is a partition of its own. */
const purgedAtOnce = 8;

/** The table `runs`: a partition a run, in it the run's row and its slices'; and one of lists (see run-lists.ts). */
export class RunStore {
  readonly #table: Table;
  readonly #listing: RunListing;
  /** What reschedules itself, and what it needs when it goes on. */
  readonly paused: PausedWork;

  constructor(storage: Storage) {
    this.#table = storage.table('runs');
    this.#listing = new RunListing(storage);
    this.paused = new PausedWork(this.#table);
  }

  /** @returns false when there is such a run already. */
  async create(run: Run): Promise<boolean> {
    await this.#listing.lists.noteStart(run);
    return (await insertRow(this.#table, runToRow(run))) !== undefined;
  }

  async read(runId: string): Promise<Run | undefined> {
    const row = await readRow(this.#table, partitionOf(runId), 'run');
    return row && rowToRun(row);
  }

  /** The same; undefined also when its row cannot be read, so that it holds up nothing beside it. */
  async readIfReadable(runId: string): Promise<Run | undefined> {
    const row = await readRow(this.#table, partitionOf(runId), 'run');
    return row && readOrSkip(this.#table, row, storedRun);
  }

  /**
   * Changes a run's row; `change` is called again with the newer row when someone else wrote first, and gives
   * undefined to leave it alone.
   * @returns the row as it then is; undefined when there is no such run.
   */
  update(runId: string, change: (run: Run) => Partial<Run> | undefined): Promise<Run | undefined> {
    return retryConflicts(async () => {
      const row = await readRow(this.#table, partitionOf(runId), 'run');
      if (!row) return undefined;
      const run = rowToRun(row);
      const patch = change(run);
      if (!patch) return run;
      const next = { ...run, ...patch };
      await replaceRow(this.#table, runToRow(next), row.etag ?? '*');
      return next;
    });
  }

  /** Runs, newest first. */
  list(filter: RunFilter = {}): AsyncGenerator<Run> {
    return this.#listing.list(filter);
  }

  /** To be called once a run has ended: see `RunLists`. */
  noteEnd(run: Run): Promise<void> {
    return this.#listing.lists.noteEnd(run);
  }

  /**
   * Deletes runs that were started before a time and have ended: a run's own row last, since without it nobody finds
   * what is left of its slices. @returns how many.
   */
  async purge(before: Utc, byItself: ByItself): Promise<number> {
    const gone: Placed[] = [];
    await forEachOf(this.#listing.startedBefore(before), purgedAtOnce, async ({ ended, ...run }) => {
      if (!ended) return;
      await byItself(async () => {
        await deletePartition(this.#table, partitionOf(run.runId), 'run');
        gone.push(run);
      });
    });
    await this.#listing.lists.remove(gone, byItself);
    return gone.length;
  }

  /** Writes the slices of a plan that is not committed yet; nobody works them. */
  async stage(runId: string, planId: string, works: readonly SliceWork[]): Promise<void> {
    const actions = works.map((work, i): Action => {
      const slice = newSlice(runId, i + 1, work);
      return { type: 'put', row: sliceToRow(slice, planId) };
    });
    await writeInGroups(this.#table, actions);
  }

  async readSlice(run: Run, number: number): Promise<Slice | undefined> {
    if (!run.planId) return undefined;
    const row = await readRow(this.#table, partitionOf(run.runId), sliceKey(run.planId, number));
    return row && rowToSlice(row, run.runId);
  }

  /**
   * The slices of the committed plan, in order; `pending` only those that are still to be worked. One that cannot be
   * read is left out: nobody can work it, and once nothing else is pending, the sweep ends its run.
   */
  async *slices(run: Run, which: 'pending' | 'all' = 'all'): AsyncGenerator<Slice> {
    if (!run.planId) return;
    const inPlan = where`PartitionKey eq ${partitionOf(run.runId)} and RowKey ge ${sliceKey(run.planId, 0)} and RowKey lt ${`slice-${run.planId}.`}`;
    const filter = which === 'pending' ? `${inPlan} and state eq 'pending'` : inPlan;
    const read = (row: Row): Slice => rowToSlice(row, run.runId);
    for await (const { value } of readRows(this.#table, { filter }, { read })) yield value;
  }

  /** What of the first pending slices says whether they are tried again, or wait. */
  async firstPending(run: Run): Promise<PendingSlice[]> {
    const found: PendingSlice[] = [];
    const { planId = '', runId } = run;
    const filter = where`PartitionKey eq ${partitionOf(runId)} and RowKey ge ${sliceKey(planId, 0)} and RowKey lt ${`slice-${planId}.`} and state eq 'pending'`;
    const { select } = pendingSlice;
    const query = { filter, select, pageSize: 200, pages: 1 };
    for await (const { value } of readRows(this.#table, query, pendingSlice)) found.push(value);
    return found;
  }

  /**
   * Changes a slice that is still pending. @param as leaves it alone when someone took it up since it was read so.
   * @returns undefined when it was left alone, or is not there.
   */
  updateSlice(
    run: Run,
    number: number,
    change: (slice: Slice) => Partial<Slice>,
    as?: Slice,
  ): Promise<Slice | undefined> {
    return changeSlice(this.#table, run, number, (slice) =>
      as && as.worker !== slice.worker ? undefined : { slice: { ...slice, ...change(slice) } },
    );
  }

  /**
   * Takes a slice that was read as free, and counts the attempt.
   * @returns the slice as it then is; undefined when someone else was faster.
   */
  async takeSlice(run: Run, as: Slice, worker: string): Promise<Slice | undefined> {
    const taken = { ...as, attempts: as.attempts + 1, worker };
    try {
      const row = sliceToRow(taken, run.planId ?? '');
      return { ...taken, version: await replaceRow(this.#table, row, as.version ?? '') };
    } catch (error) {
      if (error instanceof ConflictError) return undefined;
      throw error;
    }
  }

  /** The courses that a slice had seen when it rescheduled itself. @throws UnreadableRowError: they would be taken for gone. */
  async readSeen(run: Run, number: number): Promise<readonly string[]> {
    const row = await readRow(this.#table, partitionOf(run.runId), seenKey(run, number));
    return row ? packedJson('The list of seen courses', 'seen', row, z.array(z.string())) : [];
  }

  /**
   * Ends a slice and counts it in its run, in one transaction.
   * @param as the slice as whoever ends it took it up.
   * @returns the run as it then is; undefined when the slice had ended before, its run has, or someone else took it.
   */
  endSlice(runId: string, as: Slice, result: SliceResult): Promise<Run | undefined> {
    return this.#withSlice(runId, as, (run, slice) => {
      const done = result.state === 'done';
      const counts = result.counts ?? noCounts;
      const ended: Slice = { ...slice, state: result.state, counts, error: done ? undefined : result.error };
      const changes = result.state === 'done' ? result.changes : undefined;
      const left = (result.state === 'done' ? (result.left ?? []) : []).map(({ work, dueAt }, i) => ({
        ...newSlice(runId, run.lastSlice + i + 1, work),
        dueAt,
      }));
      const next: Run = {
        ...run,
        counts: addCounts(run.counts, counts),
        changes: changes ? addChanges(run.changes ?? noChanges, changes) : run.changes,
        notes: result.state === 'done' ? addNotes(run.notes, result.notes ?? []) : run.notes,
        slices: {
          total: run.slices.total + left.length,
          done: run.slices.done + (done ? 1 : 0),
          failed: run.slices.failed + (done ? 0 : 1),
        },
        lastSlice: run.lastSlice + left.length,
      };
      return { run: next, slices: [ended, ...left] };
    });
  }

  /** Puts two or more slices in the place of one, in one transaction. They are numbered from the run's end. */
  splitSlice(runId: string, as: Slice, works: readonly SliceWork[], dueAt: number): Promise<Run | undefined> {
    return this.#withSlice(runId, as, (run, slice) => {
      const parts = works.map((work, i) => ({ ...newSlice(runId, run.lastSlice + i + 1, work), dueAt }));
      const next: Run = {
        ...run,
        slices: { ...run.slices, total: run.slices.total + works.length - 1 },
        lastSlice: run.lastSlice + works.length,
      };
      return { run: next, slices: [{ ...slice, state: 'split' }, ...parts] };
    });
  }

  /** Writes a run's row and slices' rows together, if the slice is still to be worked and the run goes on. */
  #withSlice(
    runId: string,
    as: Slice,
    change: (run: Run, slice: Slice) => { run: Run; slices: readonly Slice[] },
  ): Promise<Run | undefined> {
    const { number, worker } = as;
    // As it was taken, it is most likely still.
    let known: Slice | undefined = as.version === undefined ? undefined : as;
    return retryConflicts(async () => {
      const runRow = await readRow(this.#table, partitionOf(runId), 'run');
      const run = runRow && rowToRun(runRow);
      if (!run?.planId || isEnded(run)) return undefined;
      const slice = known ?? (await this.readSlice(run, number));
      known = undefined;
      if (slice?.state !== 'pending' || slice.worker !== worker) return undefined;
      const { planId } = run;
      const next = change(run, slice);
      await writeTogether(this.#table, [
        { type: 'replace', row: runToRow(next.run), etag: runRow?.etag ?? '*' },
        ...next.slices.map((changed): Action =>
          changed.number === number
            ? { type: 'replace', row: sliceToRow(changed, planId), etag: slice.version ?? '*' }
            : { type: 'create', row: sliceToRow(changed, planId) },
        ),
      ]);
      return next.run;
    });
  }
}

const newSlice = (runId: string, number: number, work: SliceWork): Slice => ({
  runId,
  number,
  state: 'pending',
  work,
  attempts: 0,
  worker: undefined,
  pauses: 0,
  dueAt: 0,
  counts: noCounts,
  changes: undefined,
  notes: [],
  error: undefined,
});
