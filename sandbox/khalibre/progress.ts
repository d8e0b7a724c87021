import { randomAt } from '../data/random';
import { learner } from '../data/learners';
import { communityJson, dateJson, idJson, type KhCommunity, type KhCourse } from './course';
import { statuses, type KhalibreOptions, type KhStatus } from './options';

/** One learner's progress in one course of one community. A row is never changed in place: a new one takes its place. */
export interface KhProgress {
  readonly courseId: number;
  readonly communityId: number;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly status: KhStatus;
  readonly completedActivity: number;
  /** Milliseconds since 1970. */
  readonly booked: number;
  readonly updated: number;
  /** Sent over the wire form's own fields. */
  readonly raw?: Readonly<Record<string, unknown>>;
}

export const progressKey = (row: Pick<KhProgress, 'courseId' | 'communityId' | 'email'>): string =>
  `${row.courseId}|${row.email.toLowerCase()}|${row.communityId}`;

const day = 86_400_000;

/** Everybody's progress. Who is in a course of two communities is, in one case of five, in both. */
export function* sampleProgress(options: KhalibreOptions, courses: readonly KhCourse[], now: number) {
  const { seed, learners, coursesPerLearner } = options;
  if (courses.length === 0) return;
  const share = Math.min(1, coursesPerLearner / courses.length);
  for (let n = 0; n < learners; n += 1) {
    const { email } = learner(seed, n);
    const [first = '', last = ''] = (email.split('@')[0] ?? '').replace(/\d+$/, '').split('.').map(capital);
    for (const [place, course] of courses.entries()) {
      const chance = (use: number): number => randomAt(seed + 23 + use, n * courses.length + place);
      if (chance(0) >= share) continue;
      const both = course.communities.length > 1 && chance(1) < 0.2;
      for (const communityId of both ? course.communities : course.communities.slice(0, 1)) {
        const done = Math.floor(chance(2) * (course.totalActivity + 1));
        const booked = now - Math.floor(30 + chance(3) * 300) * day;
        yield {
          courseId: course.id,
          communityId,
          email,
          firstName: first,
          lastName: last,
          status: statusFor(done, course.totalActivity, chance(4)),
          completedActivity: done,
          booked,
          updated: done === 0 ? booked : booked + Math.floor(chance(5) * 29) * day,
        } satisfies KhProgress;
      }
    }
  }
}

/** @param chance 0 to 1: some statuses are ones that no reader knows. */
export function statusFor(done: number, all: number, chance = 0): KhStatus {
  if (chance > 0.98) return statuses.onHold;
  if (chance > 0.97) return statuses.exempted;
  if (done === 0) return statuses.notStarted;
  if (done < all) return statuses.inProgress;
  return chance > 0.9 ? statuses.failed : statuses.completed;
}

export function progressJson(
  row: KhProgress,
  course: KhCourse | undefined,
  community: KhCommunity | undefined,
  options: KhalibreOptions,
): Record<string, unknown> {
  return {
    activityOverdue: false,
    bookingDate: dateJson(row.booked, options),
    classTitle: course?.classTitle ?? '',
    community: community ? communityJson(community, options) : null,
    completedActivity: row.completedActivity,
    courseId: idJson(row.courseId, options),
    courseOverdue: row.status.code < 2 && course?.end != null && course.end < row.updated,
    emailAddress: row.email,
    firstName: row.firstName,
    lastName: row.lastName,
    recentUpdateDate: dateJson(row.updated, options),
    status: row.status.code,
    statusDescription: row.status.description,
    title: course?.title ?? '',
    totalActivity: course?.totalActivity ?? 0,
    ...row.raw,
  };
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
