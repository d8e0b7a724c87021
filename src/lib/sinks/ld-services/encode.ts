import type { Course } from '../../domain/course';
import type { Progress } from '../../domain/progress';
import type { LdSettings } from '../../settings/types';
import type { Sink } from '../sink';
import { externalId } from './external-id';
import { catalogFields, consumptionFields } from './fields';
import { recordHash } from './record-hash';
import { compileWriter } from './wire';

export type Encoder = Pick<Sink, 'encodeCourse' | 'encodeProgress' | 'encodeDeletion'>;

/** Key and hash are made when they are asked for: a windowed feed never asks, and they cost most of an encoding. */
class EncodedProgress {
  readonly ok = true;

  constructor(
    readonly json: string,
    private readonly record: Progress,
    private readonly idForm: LdSettings['externalIdForm'],
  ) {}

  get key(): string {
    return `${this.record.email}\t${externalId(this.record.courseId, this.idForm)}`;
  }

  get hash(): string {
    return recordHash(this.record);
  }
}

/** @throws SettingsError when LD__catalogDefaults or LD__consumptionDefaults cannot be used. */
export function createEncoder(settings: LdSettings): Encoder {
  const writeCourse = compileWriter<Course>(catalogFields(settings));
  const writeProgress = compileWriter<Progress>(consumptionFields(settings));
  const domains = new Set(settings.learnerDomains.map((domain) => domain.toLowerCase()));

  function whySkipped(email: string | undefined): string | undefined {
    if (!email) return 'the source gives no address for this learner';
    if (domains.size === 0) return undefined;
    const domain = email.slice(email.lastIndexOf('@') + 1);
    return domains.has(domain) ? undefined : 'the address is outside LD__learnerDomains';
  }

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
      const email = progress.email?.trim().toLowerCase();
      const skipped = whySkipped(email);
      if (skipped !== undefined) return { ok: false, skipped };
      const record = email === progress.email ? progress : { ...progress, email };
      return new EncodedProgress(writeProgress(record, to), record, settings.externalIdForm);
    },
    // Status stays as it is: `Active` is the only one that was ever sent, and `Deleted` is the field for this.
    encodeDeletion(lastJson) {
      return JSON.stringify({ ...(JSON.parse(lastJson) as object), Deleted: 'true' });
    },
  };
}
