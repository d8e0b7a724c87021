import type { Destination } from '../destination';
import { learnerFilter } from '../learner';
import { recordHash } from '../record-hash';
import { eventOf } from './event';
import type { WebhookSettings } from './settings';

type Encoder = Pick<Destination, 'encodeCourse' | 'encodeProgress' | 'encodeDeletion'>;

/** Records as events. */
export function createEncoder(settings: WebhookSettings): Encoder {
  const ofLearner = learnerFilter(settings);
  return {
    encodeCourse(course, to) {
      const told = {
        type: 'course.changed',
        subject: course.id,
        data: course,
        time: course.modifiedAt,
      } as const;
      return { ok: true, key: course.id, json: eventOf(told, to), hash: recordHash(course) };
    },
    encodeProgress(progress, to) {
      const learner = ofLearner(progress);
      if (!learner.ok) return learner;
      const { record } = learner;
      const told = {
        type: 'progress.changed',
        subject: record.courseId,
        data: record,
        time: record.at,
      } as const;
      return {
        ok: true,
        key: `${record.email}\t${record.courseId}`,
        get json() {
          return eventOf(told, to);
        },
        get hash() {
          return recordHash(record);
        },
      };
    },
    encodeDeletion(lastJson, to) {
      const { subject, data } = JSON.parse(lastJson) as { subject: string; data: object };
      return eventOf({ type: 'course.deleted', subject, data, time: undefined }, to);
    },
  };
}
