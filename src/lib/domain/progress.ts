import type { Utc } from './time';

export const progressStatuses = ['NotStarted', 'InProgress', 'Completed', 'Passed', 'Failed'] as const;
export type ProgressStatus = (typeof progressStatuses)[number];

/** How far one learner has come in one course. */
export interface Progress {
  readonly courseId: string;
  /** Lower-cased mail address; undefined when the source has none for this learner. */
  readonly email?: string;
  /** The learner's name at the source, when that is not the address. */
  readonly username?: string;
  readonly status: ProgressStatus;
  /** 0 to 1. */
  readonly percent?: number;
  readonly grade?: string;
  readonly startedAt?: Utc;
  readonly completedAt?: Utc;
  /** When the source last changed it. */
  readonly at?: Utc;
}
