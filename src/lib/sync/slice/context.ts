import type { Run, Slice, SliceWork } from '../../domain/run';
import type { Kept } from '../../store/kept';
import type { Lease } from '../../store/leases';
import type { SliceResult } from '../../store/runs';
import { holdOf } from '../deliver/post';
import type { Sending } from '../deliver/sending';

/** What a worker holds while it sends: the place from which it works, and perhaps more. */
export type Held = Pick<Lease, 'name' | 'lost' | 'assertOutlives' | 'keepUntil' | 'keptUntil'>;

/** Two as one, with the name of the first. */
export const bothOf = (first: Lease, second: Lease): Held => ({
  name: first.name,
  lost: AbortSignal.any([first.lost, second.lost]),
  ...holdOf(first, second),
  get keptUntil() {
    return Math.max(first.keptUntil, second.keptUntil);
  },
});

/** What a worker has in hand while it works one slice. */
export interface SliceContext extends Sending {
  readonly run: Run;
  readonly slice: Slice;
  readonly hold: Held;
  /** Calls that this slice may ask for at the same time. */
  readonly concurrency: number;
  /** Milliseconds since 1970: when the slice should reschedule itself rather than go on. */
  readonly deadline: number;
}

/** Done; or to be rescheduled as other slices, because it is too large for one attempt. */
export type SliceOutcome =
  | SliceResult
  | {
      readonly state: 'split';
      readonly works: readonly SliceWork[];
      /** Milliseconds since 1970; now, when left out. */
      readonly dueAt?: number;
    }
  /** Goes on later from where it stopped; all that was read so far has arrived. */
  | (Kept & {
      readonly state: 'paused';
      /** What is left to do. */
      readonly work: SliceWork;
      /** Milliseconds since 1970. */
      readonly dueAt: number;
      /** Only this was counted for good; what the rest of this go has read is read again. Left out: all of it. */
      readonly soFar?: Pick<Slice, 'counts' | 'notes'>;
    });

/**
 * The prefix of the idempotency keys of what a slice sends: the same when it is worked again, another once it goes
 * on after a pause or a failure, since someone else may have told the sink something in between.
 */
export const keyPrefix = ({ runId, number, pauses }: Slice): string =>
  `${runId}/${number}${pauses === 0 ? '' : `/${pauses}`}`;

/** The lease of whoever works a slice of a catalog. */
export const sliceLease = ({ runId, number }: Pick<Slice, 'runId' | 'number'>): string =>
  `slice-${runId}-${number}`;

export const finished = ({ tally }: SliceContext): SliceOutcome => ({
  state: 'done',
  counts: tally.counts,
  changes: tally.changes,
  notes: tally.notes,
});
