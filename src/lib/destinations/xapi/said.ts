import type { LearnerResult } from '../../domain/learner-result';
import type { Utc } from '../../domain/time';

export type Verb = 'registered' | 'initialized' | 'progressed' | 'completed' | 'passed' | 'failed';

/** What one statement says of a learner and a course. */
export interface Said {
  readonly verb: Verb;
  readonly result?: object;
  /** When it happened, as far as the source says. */
  readonly time: Utc | undefined;
  /** Makes a second time another statement, such as a course that is completed again. */
  readonly occasion?: Utc | undefined;
}

/** Of CMI5: a whole number from 0 to 100. */
const progressExtension = 'https://w3id.org/xapi/cmi5/result/extensions/progress';

/** What a result says, in one statement or two. */
export function saidOf(progress: LearnerResult): readonly Said[] {
  const { status, percent, startedAt, completedAt, at } = progress;
  const ended = { time: completedAt ?? at, occasion: completedAt };
  switch (status) {
    case 'NotStarted':
      return [{ verb: 'registered', time: at }];
    case 'InProgress': {
      const begun: Said = { verb: 'initialized', time: startedAt ?? at };
      if (percent === undefined) return [begun];
      const result = { extensions: { [progressExtension]: Math.round(percent * 100) } };
      return [begun, { verb: 'progressed', result, time: at }];
    }
    case 'Completed':
      return [{ verb: 'completed', result: { completion: true, ...score(progress) }, ...ended }];
    case 'Passed':
      return [{ verb: 'passed', result: { completion: true, success: true, ...score(progress) }, ...ended }];
    case 'Failed':
      return [{ verb: 'failed', result: { success: false, ...score(progress) }, ...ended }];
  }
}

/**
 * A grade that is a number counts of a hundred. Beside a letter (Open edX) the percentage is the share of points that
 * was reached; without any grade (Khalibre) it is that of the activities done, and no score.
 */
function score({ grade = '', percent, status }: LearnerResult): object {
  const number = /^\d+(\.\d+)?$/.test(grade.trim()) ? Number(grade) / 100 : undefined;
  const scaled = number ?? (status === 'Passed' && grade.trim() !== '' ? percent : undefined);
  return scaled === undefined || scaled > 1 || scaled < 0 ? {} : { score: { scaled } };
}
