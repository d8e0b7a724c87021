import type { Utc } from './time';

export const resultStatuses = ['NotStarted', 'InProgress', 'Completed', 'Passed', 'Failed'] as const;
export type ResultStatus = (typeof resultStatuses)[number];

/** How far one learner has come in one course. */
export interface LearnerResult {
  readonly courseId: string;
  /** Lower-cased mail address; undefined when the source has none for this learner. */
  readonly email?: string;
  /** The learner's name at the source, when that is not the address. */
  readonly username?: string;
  readonly status: ResultStatus;
  /** 0 to 1. */
  readonly percent?: number;
  readonly grade?: string;
  readonly startedAt?: Utc;
  readonly completedAt?: Utc;
  /** When the source last changed it. */
  readonly at?: Utc;
}
