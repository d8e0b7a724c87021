import type { LearnerResult } from '../../domain/learner-result';

/** What is told of a learner's way through a course: a `learningSelfInitiatedCourse`, without whose and of what. */
export interface Activity {
  readonly '@odata.type': '#microsoft.graph.learningSelfInitiatedCourse';
  readonly status: 'inProgress' | 'completed';
  /** A whole number from 0 to 100. */
  readonly completionPercentage?: number;
  readonly startedDateTime?: string;
  /** Null withdraws what an earlier result said. */
  readonly completedDateTime: string | null;
}

/** The same with whose it is, and of what. */
export interface NewActivity extends Activity {
  readonly learningProviderId: string;
  readonly learningContentId: string;
  readonly learnerUserId: string;
  readonly externalcourseActivityId: string;
}

/** @returns undefined for a course that is not begun, which has no form there. */
export function activityOf({
  status,
  percent,
  startedAt,
  completedAt,
  at,
}: LearnerResult): Activity | undefined {
  if (status === 'NotStarted') return undefined;
  const isDone = status === 'Completed' || status === 'Passed';
  const share = isDone ? 1 : percent;
  return {
    '@odata.type': '#microsoft.graph.learningSelfInitiatedCourse',
    status: isDone ? 'completed' : 'inProgress',
    ...(share !== undefined && { completionPercentage: Math.round(share * 100) }),
    ...(startedAt && { startedDateTime: startedAt }),
    completedDateTime: isDone ? (completedAt ?? at ?? null) : null,
  };
}
