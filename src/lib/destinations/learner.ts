import type { LearnerResult } from '../domain/learner-result';
import type { DestinationSettings } from '../settings/types';

export type OfLearner =
  | { readonly ok: true; readonly record: LearnerResult & { readonly email: string } }
  | { readonly ok: false; readonly skipped: string };

/** Lets a result pass whose learner has an address, of a domain that is sent. */
export function learnerFilter({
  learnerDomains,
  prefix,
}: DestinationSettings): (progress: LearnerResult) => OfLearner {
  const domains = new Set(learnerDomains.map((domain) => domain.toLowerCase()));
  return (progress) => {
    const email = progress.email?.trim().toLowerCase();
    if (!email) return { ok: false, skipped: 'the source gives no address for this learner' };
    if (domains.size > 0 && !domains.has(email.slice(email.lastIndexOf('@') + 1)))
      return { ok: false, skipped: `the address is outside ${prefix}learnerDomains` };
    return { ok: true, record: { ...progress, email } };
  };
}
