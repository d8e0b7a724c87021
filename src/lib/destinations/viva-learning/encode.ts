import type { Destination, Origin } from '../destination';
import { learnerFilter } from '../learner';
import { recordHash } from '../record-hash';
import { stableUuid } from '../stable-uuid';
import { type Activity, activityOf } from './activity';
import { type Content, contentOf } from './content';
import type { VivaSettings } from './settings';

type Encoder = Pick<Destination, 'encodeCourse' | 'encodeProgress' | 'encodeDeletion'>;

/** A course on its way to Graph. */
export interface CourseRecord {
  readonly externalId: string;
  readonly content: Content;
}

/** A result on its way to Graph. */
export interface ResultRecord {
  /** Of the course, as `CourseRecord` has it. */
  readonly externalId: string;
  /** Ours, of this learner in this course; names nobody. */
  readonly activityId: string;
  readonly email: string;
  readonly activity: Activity;
}

/** Courses and results as what is sent of them, and what must be known to send it. */
export function createEncoder(settings: VivaSettings): Encoder {
  const ofLearner = learnerFilter(settings);
  return {
    encodeCourse(course, to) {
      const externalId = externalIdOf(course.id, to);
      const content = contentOf(course, to.source, settings.languageTag);
      return {
        ok: true,
        key: externalId,
        get json() {
          return JSON.stringify({ externalId, content } satisfies CourseRecord);
        },
        get hash() {
          return recordHash(content);
        },
      };
    },
    encodeProgress(progress, to) {
      const learner = ofLearner(progress);
      if (!learner.ok) return learner;
      const { email, courseId } = learner.record;
      const activity = activityOf(learner.record);
      if (!activity) return { ok: false, skipped: 'Viva Learning knows no course that is not begun' };
      const externalId = externalIdOf(courseId, to);
      return {
        ok: true,
        key: `${email}\t${externalId}`,
        get json() {
          const activityId = stableUuid(['viva-learning', externalId, email].join('\n'));
          return JSON.stringify({ externalId, activityId, email, activity } satisfies ResultRecord);
        },
        // What changes no activity, such as a later visit, is nothing to tell.
        get hash() {
          return recordHash(activity);
        },
      };
    },
    encodeDeletion(lastJson) {
      const { externalId, content } = JSON.parse(lastJson) as CourseRecord;
      // What learners did in it stays, which a DELETE would not promise.
      return JSON.stringify({ externalId, content: { ...content, isActive: false } } satisfies CourseRecord);
    },
  };
}

/** Two sources may call a course the same. */
const externalIdOf = (courseId: string, { source }: Origin): string => `${source}:${courseId}`;
