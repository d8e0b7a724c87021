import { z } from 'zod';
import { type Feed, feedName } from '../domain/feed';
import type { Note } from '../domain/notes';
import { type Changes, type Counts, type Run, runStates, type Slice, type SliceWork } from '../domain/run';
import { rowCodec } from './codec';
import { destination, json, kind, maybe, time, window } from './fields';
import type { Row } from './rows';

/**
 * The partition of a run. A table lists its partitions in ascending order, and people want the newest run first:
 * so it starts with the nines' complement of the run's time. The id itself stays readable.
 */
export function partitionOf(runId: string): string {
  const [source = '', kindName = '', stamp = '', ...rest] = runId.split('-');
  const complement = stamp.replace(/\d/g, (digit) => String(9 - Number(digit)));
  return [complement, source, kindName, ...rest].join('-');
}

/** @param unique tells apart runs of one second; a timer's run has none, so that it starts once. */
export function makeRunId(feed: Feed, at: string, unique?: string): string {
  const stamp = at.replace(/[-:]/g, '');
  return `${feedName(feed)}-${stamp}${unique ? `-${unique}` : ''}`;
}

export const sliceKey = (planId: string, number: number): string =>
  `slice-${planId}-${String(number).padStart(7, '0')}`;

/** Beneath it a slice keeps what its next attempt needs. */
export const toldPrefix = (planId: string, number: number): string =>
  `told-${planId}-${String(number).padStart(7, '0')}`;

const counts: z.ZodType<Counts> = z.looseObject({
  read: z.number(),
  sent: z.number(),
  unchanged: z.number(),
  skipped: z.number(),
  quarantined: z.number(),
  deleted: z.number(),
  skippedBecause: z.record(z.string(), z.number()).optional(),
});

const changes: z.ZodType<Changes> = z.looseObject({
  created: z.number(),
  updated: z.number(),
  deleted: z.number(),
  wouldSend: z.number(),
  samples: z.array(
    z.looseObject({
      change: z.enum(['created', 'updated', 'deleted', 'wouldSend']),
      courseId: z.string(),
      detail: z.string(),
    }),
  ),
});

const note: z.ZodType<Note, Note> = z.looseObject({ text: z.string(), rows: z.number().optional() });

/** Rows from before notes said how many rows they concern hold plain texts. */
const noteOrText = z.codec(z.union([z.string(), note]), note, {
  decode: (stored) => (typeof stored === 'string' ? { text: stored } : stored),
  encode: (value) => value,
});

const notes = json(z.array(noteOrText));

const runSchema = z.object({
  runId: z.string(),
  source: z.string(),
  kind,
  destination,
  mode: z.enum(['incremental', 'full']),
  trigger: z.enum(['timer', 'resync', 'cli', 'webhook']),
  dryRun: z.boolean(),
  state: z.enum(runStates),
  request: json(
    z.looseObject({
      from: time.optional(),
      to: time.optional(),
      courseId: z.string().optional(),
      learner: z.string().optional(),
      allowDeletes: z.boolean().optional(),
      replay: z.array(z.string()).optional(),
    }),
  ),
  startedAt: time,
  finishedAt: maybe(time),
  error: maybe(z.string()),
  counts: json(counts),
  changes: maybe(json(changes)),
  window: maybe(json(window)),
  planId: maybe(z.string()),
  planAttempts: z.number(),
  planDueAt: z.number(),
  planPoint: maybe(json(z.looseObject({ cursor: z.string(), pauses: z.number() }))),
  planFailure: maybe(json(z.looseObject({ since: z.number(), error: z.string() }))),
  left: maybe(json(z.looseObject({ at: z.number(), why: z.string() }))),
  createdAt: time,
  shape: maybe(z.string()),
  slices: json(z.looseObject({ total: z.number(), done: z.number(), failed: z.number() })),
  lastSlice: z.number(),
  cancelRequested: z.boolean(),
  notes,
});

export const storedRun = rowCodec<Run>(
  ({ runId, rowKey }) => `The run ${typeof runId === 'string' ? runId : rowKey}`,
  runSchema,
);

export const runToRow = (run: Run): Row =>
  storedRun.write({ partitionKey: partitionOf(run.runId), rowKey: 'run' }, run);

/**
 * Whoever needs the run refuses with this: who asked for what, and how far it got, cannot be guessed.
 * @throws UnreadableRowError; PayloadError when the row is of another version of the app.
 */
export const rowToRun = (row: Row): Run => storedRun.read(row);

const resumed = { cursor: maybe(z.string()), rows: z.number() };
const resume = z.looseObject(resumed);

const work: z.ZodType<SliceWork> = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('window'), window, expected: z.number() }),
  z.looseObject({ type: z.literal('listing'), resume: resume.optional() }),
  z.looseObject({ type: z.literal('course'), courseId: z.string(), resume: resume.optional() }),
  z.looseObject({ type: z.literal('courses'), courseIds: z.array(z.string()) }),
  z.looseObject({
    type: z.literal('learner'),
    resume: z
      .looseObject({ cursor: maybe(z.string()), done: z.number(), course: resume.optional() })
      .optional(),
  }),
  z.looseObject({ type: z.literal('replay') }),
]);

const sliceSchema = z.object({
  number: z.number(),
  state: z.enum(['pending', 'done', 'failed', 'split']),
  work: json(work),
  attempts: z.number(),
  // These four came later: a row of an app before that has none.
  worker: maybe(z.string()),
  pauses: z.number().default(0),
  changes: maybe(json(changes)),
  notes: notes.default([]),
  dueAt: z.number(),
  counts: json(counts),
  error: maybe(z.string()),
  failingSince: maybe(z.number()),
});

const whatSlice = ({ partitionKey, number }: Row): string =>
  `The slice ${String(number)} in the partition ${partitionKey}`;

const sliceCodec = rowCodec<Omit<Slice, 'runId' | 'version'>>(whatSlice, sliceSchema);

export const sliceToRow = (slice: Slice, planId: string): Row =>
  sliceCodec.write({ partitionKey: partitionOf(slice.runId), rowKey: sliceKey(planId, slice.number) }, slice);

/** @throws UnreadableRowError; PayloadError when the row is of another version of the app. */
export const rowToSlice = (row: Row, runId: string): Slice => ({
  runId,
  ...sliceCodec.read(row),
  version: row.etag,
});

const pendingColumns = {
  attempts: true,
  worker: true,
  dueAt: true,
  error: true,
  failingSince: true,
} as const;

export type PendingSlice = Pick<Slice, keyof typeof pendingColumns>;

/** Of a pending slice, what says whether it is tried again, or waits. */
export const pendingSlice = {
  select: ['PartitionKey', 'RowKey', ...Object.keys(pendingColumns)],
  ...rowCodec<PendingSlice>(whatSlice, sliceSchema.pick(pendingColumns), { versioned: false }),
};
