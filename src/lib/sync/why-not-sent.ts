import type { LearnerResult, ResultStatus } from '../domain/learner-result';
import type { Told } from '../store/kept';

/*
 * Why a record that its source shows is not sent (again). All rules stand here, in the order in which they apply:
 *
 *  1. It was never read: a windowed feed is asked for what was modified after the watermark alone (run/plan-windows.ts).
 *  2. It cannot be read: it waits in quarantine, with the reason (`Tally.quarantine`).
 *  3. The run asks for another learner or course: `forAnother`.
 *  4. The destination does not take such a record: `Destination.encode…` gives the reason, a `skipped`.
 *  5. The same row was seen before, and says the same: `isRepeated` within a window, `hasArrived` and `isBehindTold`
 *     in a slice that goes on after a pause.
 *  6. Another row is the same record at the destination, and further: `isAhead`, `isAheadInWindow`.
 *  7. The destination has it as it is now, as the ledger says: `isUnchanged`, `isWithdrawn`.
 *  8. It was sent, and the destination lacks what it is of, such as its course: `notThereYet`. It waits in quarantine.
 *
 * Whoever sends counts what becomes of it in a `Tally`: 2 as quarantined, 3 to 6 and 8 as skipped, 7 as unchanged.
 */

/** Why a row is left out of a run that was asked for one learner or course. */
export const forAnother = 'the run asks for another learner or course';

/** Why a row has to wait: the destination refuses it for what it lacks itself (`NotThereYetError`). */
export const notThereYet = 'the destination does not have what the record is of (it waits in quarantine)';

/** Why a row is left out for another of the same slice. */
export const anotherIsFurther = 'another row of the same learner and course is further';

/** What a ledger says that the destination has of a record. */
export interface Known {
  /** Of what was acknowledged last; undefined: nothing. */
  readonly hash: string | undefined;
  /** Something was sent whose acknowledgement is not known: it is sent again, whatever the hash says. */
  readonly doubt: boolean;
  readonly deleted?: boolean;
}

/** Whether the destination has the record as it is now. @param hash what `Destination.encode…` gave with it. */
export const isUnchanged = (known: Known | undefined, hash: string): boolean =>
  known !== undefined && !known.doubt && !known.deleted && known.hash === hash;

/** Whether the destination knows nothing of the course, or was told that it is gone. */
export const isWithdrawn = (known: Known | undefined): boolean =>
  known === undefined || (known.deleted === true && !known.doubt);

/** How a change is called that a dry run tells of. */
export const changeOf = (known: Known | undefined): 'created' | 'updated' =>
  known?.hash === undefined || known.deleted ? 'created' : 'updated';

type Standing = Pick<LearnerResult, 'status' | 'at'>;

const rank: Record<ResultStatus, number> = {
  NotStarted: 0,
  InProgress: 1,
  Failed: 2,
  Completed: 3,
  Passed: 4,
};

/** The most advanced status counts, then the latest change. */
export function isAhead(a: Standing, b: Standing): boolean {
  if (rank[a.status] !== rank[b.status]) return rank[a.status] > rank[b.status];
  return (a.at ?? '') > (b.at ?? '');
}

/** Where the status is the same and no time tells them apart, the higher percentage counts: never the page order. */
export const isAheadInWindow = (
  a: Standing & Pick<LearnerResult, 'percent'>,
  b: Standing & Pick<LearnerResult, 'percent'>,
): boolean => isAhead(a, b) || (!isAhead(b, a) && (a.percent ?? 0) > (b.percent ?? 0));

/** What can differ between two sights of one row; empty of a row that is not sent. */
export type Sight = Partial<Pick<LearnerResult, 'status' | 'percent' | 'grade' | 'at'>>;

/** Whether a row that shows up twice in one window says the same both times. */
export const isRepeated = (a: Sight, b: Sight | undefined): boolean =>
  b !== undefined && a.status === b.status && a.percent === b.percent && a.grade === b.grade && a.at === b.at;

/**
 * Whether what earlier goes of this slice told of the record stands, as if all had been read at once. What a webhook
 * told meanwhile is newer than what they had read. @param known the hash that the ledger has now.
 */
export const isBehindTold = (row: Standing, told: Told | undefined, known: string | undefined): boolean =>
  told !== undefined && !told.again && !(isAsTold(told, known) && isAhead(row, told));

/** Whether just this arrived in an earlier go of the slice, which was to read its page again. */
export const hasArrived = (hash: string, told: Told | undefined, known: string | undefined): boolean =>
  told?.again === true && isAsTold(told, known) && told.hash === hash;

const isAsTold = (told: Told, known: string | undefined): boolean => (known ?? '') === told.hash;
