import { z } from 'zod';
import { isEnded, type Run, type Slice } from '../domain/run';
import { toJsonProperties } from './bytes';
import { type Kept, keptRows, readKept, rowToTold, type Told, toldRow, toldToRow } from './kept';
import { partitionOf, rowToRun, rowToSlice, runToRow, sliceKey, sliceToRow, toldPrefix } from './run-rows';
import { readRow, retryConflicts, type Row } from './rows';
import type { Table } from './storage';
import { type Action, writeTogether } from './transactions';

const perRow = { told: 20_000, courseIds: 4_000 };
/** Kept at one time, at the most: a transaction holds 4 MiB, and a row of them nearly a quarter of it. */
export const mostKept = { told: 4 * perRow.told, courseIds: 4 * perRow.courseIds };

/** Slices and plans that reschedule themselves, in the table `runs`. What they keep is written with their own row. */
export class PausedWork {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Reschedules a slice that goes on later, together with what it needs then.
   * @returns undefined when someone took it up since it was read: it is theirs.
   */
  slice(run: Run, as: Slice, patch: Partial<Slice>, { seen, told = [] }: Kept): Promise<Slice | undefined> {
    const partitionKey = partitionOf(run.runId);
    return changeSlice(this.#table, run, as.number, (slice, planId) => {
      if (as.worker !== slice.worker) return undefined;
      const values = told.map(toldToRow);
      return {
        slice: { ...slice, ...patch, pauses: slice.pauses + 1 },
        others: [
          ...keptRows(partitionKey, toldPrefix(planId, as.number), {
            pauses: slice.pauses,
            values,
            perRow: perRow.told,
          }),
          ...(seen
            ? [{ partitionKey, rowKey: seenKey(run, as.number), ...toJsonProperties('seen', seen) }]
            : []),
        ],
      };
    });
  }

  /** By key hash, what a course's slice told before it rescheduled itself. */
  async readTold(run: Run, number: number): Promise<ReadonlyMap<string, Told>> {
    const prefix = toldPrefix(run.planId ?? '', number);
    const rows = await readKept(this.#table, partitionOf(run.runId), prefix, toldRow);
    // Of one record told twice, the later says how it stands.
    return new Map(rows.map((row) => [row[0], rowToTold(row)]));
  }

  /**
   * Keeps how far a plan has listed the courses, and those that it found since the last time.
   * @returns false when another planner has got on meanwhile: the plan is theirs.
   */
  plan(run: Run, cursor: string, found: readonly string[]): Promise<boolean> {
    const pauses = run.planPoint?.pauses ?? 0;
    const partitionKey = partitionOf(run.runId);
    return retryConflicts(async () => {
      const row = await readRow(this.#table, partitionKey, 'run');
      const now = row && rowToRun(row);
      if (!now || now.planId || isEnded(now) || (now.planPoint?.pauses ?? 0) !== pauses) return false;
      const next: Run = {
        ...now,
        planAttempts: 0,
        planFailure: undefined,
        planPoint: { cursor, pauses: pauses + 1 },
      };
      const kept = keptRows(partitionKey, 'found', { pauses, values: found, perRow: perRow.courseIds });
      await writeTogether(this.#table, [
        { type: 'replace', row: runToRow(next), etag: row?.etag ?? '*' },
        ...kept.map((one): Action => ({ type: 'put', row: one })),
      ]);
      return true;
    });
  }

  /** Ids of the courses that a plan had found when it rescheduled itself. */
  readFound(run: Run): Promise<string[]> {
    return readKept(this.#table, partitionOf(run.runId), 'found', z.string());
  }
}

/**
 * Changes a slice that is still pending.
 * @param change gives undefined to leave the slice alone; what else it gives is written together with it.
 */
export function changeSlice(
  table: Table,
  run: Run,
  number: number,
  change: (slice: Slice, planId: string) => { slice: Slice; others?: readonly Row[] } | undefined,
): Promise<Slice | undefined> {
  const { planId, runId } = run;
  if (!planId) return Promise.resolve(undefined);
  return retryConflicts(async () => {
    const row = await readRow(table, partitionOf(runId), sliceKey(planId, number));
    const slice = row && rowToSlice(row, runId);
    const next = slice?.state === 'pending' ? change(slice, planId) : undefined;
    if (!next) return undefined;
    await writeTogether(table, [
      { type: 'replace', row: sliceToRow(next.slice, planId), etag: row?.etag ?? '*' },
      ...(next.others ?? []).map((other): Action => ({ type: 'put', row: other })),
    ]);
    return next.slice;
  });
}

/** Where a slice keeps the ids of the courses that it has seen. */
export const seenKey = (run: Run, number: number): string => `seen-${run.planId}-${number}`;
