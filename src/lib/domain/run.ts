import type { Note } from './notes';
import type { FeedKind } from './feed';
import type { Utc, Window } from './time';

export const runStates = [
  'waiting',
  'running',
  'succeeded',
  'partial',
  'failed',
  'cancelled',
  'skipped',
] as const;
export type RunState = (typeof runStates)[number];
export const runModes = ['incremental', 'full'] as const;
export type RunMode = (typeof runModes)[number];
export const runTriggers = ['timer', 'resync', 'cli', 'webhook'] as const;
export type RunTrigger = (typeof runTriggers)[number];

/** What was asked for. A learner's address stands here and nowhere else of the run. */
export interface RunRequest {
  readonly from?: Utc;
  readonly to?: Utc;
  readonly courseId?: string;
  readonly learner?: string;
  readonly allowDeletes?: boolean;
  /** Ids of quarantined records: the run delivers these, and reads nothing else. */
  readonly replay?: readonly string[];
}

/** `read = sent + unchanged + skipped + quarantined`; `deleted` is apart. */
export interface Counts {
  readonly read: number;
  readonly sent: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly quarantined: number;
  readonly deleted: number;
  /** Of the skipped, how many for which reason; left out when there are none. */
  readonly skippedBecause?: Readonly<Record<string, number>>;
}

export const noCounts: Counts = { read: 0, sent: 0, unchanged: 0, skipped: 0, quarantined: 0, deleted: 0 };

export const addCounts = (a: Counts, b: Counts): Counts => ({
  read: a.read + b.read,
  sent: a.sent + b.sent,
  unchanged: a.unchanged + b.unchanged,
  skipped: a.skipped + b.skipped,
  quarantined: a.quarantined + b.quarantined,
  deleted: a.deleted + b.deleted,
  ...((a.skippedBecause ?? b.skippedBecause) && {
    skippedBecause: addReasons(a.skippedBecause, b.skippedBecause),
  }),
});

function addReasons(
  a: Readonly<Record<string, number>> = {},
  b: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const sum = { ...a };
  for (const [reason, count] of Object.entries(b)) sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}

/** What a dry run would have done. A windowed feed cannot tell created from updated: it counts `wouldSend`. */
export interface Changes {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly wouldSend: number;
  readonly samples: readonly ChangeSample[];
}

/** One change, without anything that names a person. */
export interface ChangeSample {
  readonly change: 'created' | 'updated' | 'deleted' | 'wouldSend';
  readonly courseId: string;
  readonly detail: string;
}

export const noChanges: Changes = { created: 0, updated: 0, deleted: 0, wouldSend: 0, samples: [] };
export const samplesKept = 20;

export const addChanges = (a: Changes, b: Changes): Changes => ({
  created: a.created + b.created,
  updated: a.updated + b.updated,
  deleted: a.deleted + b.deleted,
  wouldSend: a.wouldSend + b.wouldSend,
  samples: [...a.samples, ...b.samples].slice(0, samplesKept),
});

/** One sync of one feed. */
export interface Run {
  readonly runId: string;
  readonly source: string;
  readonly kind: FeedKind;
  readonly destination: string;
  readonly mode: RunMode;
  readonly trigger: RunTrigger;
  readonly dryRun: boolean;
  readonly state: RunState;
  readonly request: RunRequest;
  readonly startedAt: Utc;
  readonly finishedAt: Utc | undefined;
  readonly error: string | undefined;
  /** As if it were a real run; `toldCounts` says of a dry run what they mean. */
  readonly counts: Counts;
  readonly changes: Changes | undefined;
  readonly window: Window | undefined;
  /** Names the committed plan; undefined until then. */
  readonly planId: string | undefined;
  readonly planAttempts: number;
  /** When the next attempt at a plan is due, milliseconds since 1970. */
  readonly planDueAt: number;
  /** How far a plan that rescheduled itself has listed the courses; what it found is kept beside the run. */
  readonly planPoint?: PlanPoint;
  /** Since when its plan fails, milliseconds since 1970, and how it failed last; undefined once it got on. */
  readonly planFailure?: { readonly since: number; readonly error: string } | undefined;
  /** Since when, milliseconds since 1970, and why workers leave it to others; undefined once one took it up. */
  readonly left?: { readonly at: number; readonly why: string } | undefined;
  /** The time that all records of the run carry. */
  readonly createdAt: Utc;
  /** Under which settings of its destination it was planned; undefined until then. */
  readonly shape?: string | undefined;
  readonly slices: { readonly total: number; readonly done: number; readonly failed: number };
  /** The highest number of a slice; above the total once slices were split. */
  readonly lastSlice: number;
  readonly cancelRequested: boolean;
  /** Notes for the operator that are no error: an unknown status, a course that was left alone. */
  readonly notes: readonly Note[];
}

/** Counts as they are told. Of a dry run nothing is `sent` or `deleted`: `wouldSend` is what a real run would have sent. */
export interface ToldCounts extends Counts {
  readonly wouldSend?: number;
}

/** What became of a run's records, to be told to people, logs and the API; they are stored as those of a real run. */
export const toldCounts = ({ counts, dryRun }: Pick<Run, 'counts' | 'dryRun'>): ToldCounts =>
  dryRun ? { ...counts, sent: 0, wouldSend: counts.sent, deleted: 0 } : counts;

/** Nothing is left out of it: no window, course, learner or quarantined record was asked for. */
export const isWhole = ({ request }: Run): boolean => {
  const { from, to, courseId, learner, replay } = request;
  return ![from, to, courseId, learner, replay].some(Boolean);
};

export const isEnded = (run: Pick<Run, 'state'>): boolean =>
  run.state !== 'waiting' && run.state !== 'running';

/** How far a listing was read when its slice rescheduled itself. What was seen is kept beside the slice. */
export interface ListingPoint {
  /** The next page; undefined when all were read, and only what is missing was still being looked at. */
  readonly cursor: string | undefined;
  readonly rows: number;
}

/** How far the courses of a feed were listed when the plan rescheduled itself. */
export interface PlanPoint {
  readonly cursor: string;
  /** How often it did so. */
  readonly pauses: number;
}

/** How far a course's results were read when its slice rescheduled itself. What was told is kept beside the slice. */
export interface CoursePoint {
  /** The next page; undefined for the first, when the sink asked for the pause. */
  readonly cursor: string | undefined;
  readonly rows: number;
}

/** How far a learner's slice got. The courses that it found are kept beside it. */
export interface LearnerPoint {
  /** The next page of the list of the learner's courses; undefined when it was read to its end. */
  readonly cursor: string | undefined;
  /** How many of the courses are done. */
  readonly done: number;
  /** Within the next of them; undefined when it was not begun. */
  readonly course?: CoursePoint;
}

/** What one slice of a run is to do. */
export type SliceWork =
  | { readonly type: 'window'; readonly window: Window; readonly expected: number }
  | { readonly type: 'listing'; readonly resume?: ListingPoint }
  | { readonly type: 'course'; readonly courseId: string; readonly resume?: CoursePoint }
  /** Several of a scan. */
  | { readonly type: 'courses'; readonly courseIds: readonly string[] }
  | { readonly type: 'learner'; readonly resume?: LearnerPoint }
  | { readonly type: 'replay' };

/** What a run is cut into. */
export interface Plan {
  readonly works: readonly SliceWork[];
  /** What the operator should know of the list of courses. */
  readonly notes?: readonly Note[];
  readonly window?: Window;
}

export type SliceState = 'pending' | 'done' | 'failed' | 'split';

export interface Slice {
  readonly runId: string;
  /** From 1. */
  readonly number: number;
  readonly state: SliceState;
  readonly work: SliceWork;
  readonly attempts: number;
  /** The place from which it is worked; undefined once it was let go. A worker writes only what is still its own. */
  readonly worker: string | undefined;
  /** How often it rescheduled itself to go on from where it was. */
  readonly pauses: number;
  /** Not to be worked before, milliseconds since 1970. */
  readonly dueAt: number;
  /** What became of its records; of a slice that rescheduled itself: so far. */
  readonly counts: Counts;
  /** Of a dry run's slice that rescheduled itself: so far. */
  readonly changes: Changes | undefined;
  /** Likewise. */
  readonly notes: readonly Note[];
  readonly error: string | undefined;
  /** Since when it fails, milliseconds since 1970; undefined once it got on. */
  readonly failingSince?: number | undefined;
  /** Of its row as it was read, so that it can be taken in one write. */
  readonly version?: string | undefined;
}
