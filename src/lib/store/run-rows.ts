import { type Feed, feedName, firstDestination } from '../domain/feed';
import type { Run, Slice } from '../domain/run';
import { checkVersion, rowVersion, type Row } from './rows';

/**
 * The partition of a run. A table lists its partitions in ascending order, and people want the newest run first:
 * so it starts with the nines' complement of the run's time. The id itself stays readable.
 */
export function partitionOf(runId: string): string {
  const [source = '', kind = '', time = '', ...rest] = runId.split('-');
  const complement = time.replace(/\d/g, (digit) => String(9 - Number(digit)));
  return [complement, source, kind, ...rest].join('-');
}

/** @param unique tells apart runs of one second; a timer's run has none, so that it starts once. */
export function makeRunId(feed: Feed, at: string, unique?: string): string {
  const time = at.replace(/[-:]/g, '');
  return `${feedName(feed)}-${time}${unique ? `-${unique}` : ''}`;
}

export const sliceKey = (planId: string, number: number): string =>
  `slice-${planId}-${String(number).padStart(7, '0')}`;

/** Beneath it a slice keeps what its next attempt needs. */
export const toldPrefix = (planId: string, number: number): string =>
  `told-${planId}-${String(number).padStart(7, '0')}`;

const json = JSON.stringify;

export function runToRow(run: Run): Row {
  const row: Record<string, unknown> = {
    v: rowVersion,
    runId: run.runId,
    source: run.source,
    kind: run.kind,
    destination: run.destination,
    mode: run.mode,
    trigger: run.trigger,
    dryRun: run.dryRun,
    state: run.state,
    request: json(run.request),
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    error: run.error,
    counts: json(run.counts),
    changes: run.changes && json(run.changes),
    window: run.window && json(run.window),
    planId: run.planId,
    planAttempts: run.planAttempts,
    planDueAt: run.planDueAt,
    planPoint: run.planPoint && json(run.planPoint),
    planFailure: run.planFailure && json(run.planFailure),
    left: run.left && json(run.left),
    createdAt: run.createdAt,
    shape: run.shape,
    slices: json(run.slices),
    lastSlice: run.lastSlice,
    cancelRequested: run.cancelRequested,
    notes: json(run.notes),
  };
  return { ...defined(row), partitionKey: partitionOf(run.runId), rowKey: 'run' };
}

/** @throws PayloadError when the row is of another version of the app. */
export function rowToRun(row: Row): Run {
  checkVersion(row, `The run ${String(row.runId)}`);
  const parse = (name: string): never => JSON.parse(String(row[name])) as never;
  const optional = (name: string): never => (row[name] === undefined ? undefined : parse(name)) as never;
  return {
    runId: row.runId as string,
    source: row.source as string,
    kind: row.kind as Run['kind'],
    // Rows from before there were other destinations name none.
    destination: (row.destination as string | undefined) ?? firstDestination,
    mode: row.mode as Run['mode'],
    trigger: row.trigger as Run['trigger'],
    dryRun: row.dryRun as boolean,
    state: row.state as Run['state'],
    request: parse('request'),
    startedAt: row.startedAt as Run['startedAt'],
    shape: row.shape as string | undefined,
    finishedAt: row.finishedAt as Run['finishedAt'],
    error: row.error as string | undefined,
    counts: parse('counts'),
    changes: optional('changes'),
    window: optional('window'),
    planId: row.planId as string | undefined,
    planAttempts: row.planAttempts as number,
    planDueAt: row.planDueAt as number,
    planPoint: optional('planPoint'),
    planFailure: optional('planFailure'),
    left: optional('left'),
    createdAt: row.createdAt as Run['createdAt'],
    slices: parse('slices'),
    lastSlice: row.lastSlice as number,
    cancelRequested: row.cancelRequested as boolean,
    notes: parse('notes'),
  };
}

export function sliceToRow(slice: Slice, planId: string): Row {
  return {
    ...defined({
      v: rowVersion,
      number: slice.number,
      state: slice.state,
      work: json(slice.work),
      attempts: slice.attempts,
      worker: slice.worker,
      pauses: slice.pauses,
      dueAt: slice.dueAt,
      counts: json(slice.counts),
      changes: slice.changes && json(slice.changes),
      notes: json(slice.notes),
      error: slice.error,
      failingSince: slice.failingSince,
    }),
    partitionKey: partitionOf(slice.runId),
    rowKey: sliceKey(planId, slice.number),
  };
}

/** @throws PayloadError when the row is of another version of the app. */
export function rowToSlice(row: Row, runId: string): Slice {
  checkVersion(row, `A slice of the run ${runId}`);
  return {
    runId,
    number: row.number as number,
    state: row.state as Slice['state'],
    work: JSON.parse(String(row.work)) as Slice['work'],
    attempts: row.attempts as number,
    // These four came later: a row of an app before that has none.
    worker: row.worker as string | undefined,
    pauses: Number(row.pauses ?? 0),
    changes: JSON.parse(String(row.changes ?? 'null')) ?? undefined,
    notes: JSON.parse(String(row.notes ?? '[]')) as Slice['notes'],
    dueAt: Number(row.dueAt),
    counts: JSON.parse(String(row.counts)) as Slice['counts'],
    error: row.error as string | undefined,
    failingSince: row.failingSince as number | undefined,
    version: row.etag,
  };
}

const defined = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
