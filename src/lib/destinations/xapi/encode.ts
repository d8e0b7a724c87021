import type { Destination, Origin } from '../destination';
import { learnerFilter } from '../learner';
import { recordHash } from '../record-hash';
import { stableUuid } from '../stable-uuid';
import { actorOf, type Actor } from './actor';
import { type Said, saidOf } from './said';
import type { XapiSettings } from './settings';

type Encoder = Pick<Destination, 'encodeCourse' | 'encodeProgress' | 'encodeDeletion'>;

/** Results as statements: one, or an array of two. */
export function createEncoder(settings: XapiSettings): Encoder {
  const ofLearner = learnerFilter(settings);
  return {
    encodeCourse: () => ({ ok: false, skipped: 'xAPI has no catalog' }),
    encodeProgress(progress, to) {
      const learner = ofLearner(progress);
      if (!learner.ok) return learner;
      const { email, courseId } = learner.record;
      const actor = actorOf(email, settings);
      const statements = saidOf(learner.record).map((said) => statement(said, actor, courseId, to, settings));
      const [first] = statements;
      return {
        ok: true,
        key: `${email}\t${courseId}`,
        json: JSON.stringify(statements.length === 1 ? first : statements),
        // What changes no statement, such as a later visit, is nothing to tell.
        hash: recordHash({ ids: statements.map(({ id }) => id) }),
      };
    },
    encodeDeletion: (lastJson) => lastJson,
  };
}

function statement(said: Said, actor: Actor, courseId: string, to: Origin, settings: XapiSettings) {
  const { verb, result, time, occasion = '' } = said;
  const about = [settings.id, to.source, courseId, JSON.stringify(actor)];
  return {
    id: stableUuid([...about, verb, JSON.stringify(result ?? {}), occasion].join('\n')),
    actor,
    verb: { id: `http://adlnet.gov/expapi/verbs/${verb}`, display: { 'en-US': verb } },
    object: {
      objectType: 'Activity',
      id: activityId(courseId, to),
      definition: { type: 'http://adlnet.gov/expapi/activities/course' },
    },
    ...(result && { result }),
    context: { platform: settings.platform ?? to.source },
    timestamp: time ?? to.createdAt,
  };
}

/** An IRI that stays a course's while the source keeps its address; at an Open edX, a page of the course. */
const activityId = (courseId: string, { baseUrl }: Origin): string =>
  `${baseUrl}/courses/${encodeURIComponent(courseId)}`;
