import type { Course } from '../../domain/course';
import type { LearnerResult } from '../../domain/learner-result';
import type { Destination, Origin } from '../destination';
import { learnerFilter } from '../learner';
import { recordHash } from '../record-hash';
import { externalId } from './external-id';
import { catalogFields, consumptionFields, type WireSettings } from './fields';
import { compileWriter } from './wire';

export type Encoder = Pick<Destination, 'encodeCourse' | 'encodeProgress' | 'encodeDeletion'>;

class EncodedProgress {
  readonly ok = true;

  constructor(
    private readonly write: (record: LearnerResult, to: Origin) => string,
    private readonly record: LearnerResult,
    private readonly to: Origin,
    private readonly idForm: WireSettings['externalIdForm'],
  ) {}

  get json(): string {
    return this.write(this.record, this.to);
  }

  get key(): string {
    return `${this.record.email}\t${externalId(this.record.courseId, this.idForm)}`;
  }

  get hash(): string {
    return recordHash(this.record);
  }
}

/** @throws SettingsError when `catalogDefaults` or `consumptionDefaults` cannot be used. */
export function createEncoder(settings: WireSettings): Encoder {
  const writeCourse = compileWriter<Course>(catalogFields(settings));
  const writeProgress = compileWriter<LearnerResult>(consumptionFields(settings));
  const ofLearner = learnerFilter(settings);

  return {
    encodeCourse(course, to) {
      return {
        ok: true,
        key: externalId(course.id, settings.externalIdForm),
        json: writeCourse(course, to),
        get hash() {
          return recordHash(course);
        },
      };
    },
    encodeProgress(progress, to) {
      const learner = ofLearner(progress);
      if (!learner.ok) return learner;
      const { record } = learner;
      return new EncodedProgress(writeProgress, record, to, settings.externalIdForm);
    },
    // Status stays as it is: `Active` is the only one that was ever sent, and `Deleted` is the field for this.
    encodeDeletion(lastJson) {
      return JSON.stringify({ ...(JSON.parse(lastJson) as object), Deleted: 'true' });
    },
  };
}
