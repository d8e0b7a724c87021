import type { Run } from '../../domain/run';
import { forAnother } from '../why-not-sent';

/** A run that was asked for something that is not there would look like one that had nothing to do: a note says so. */
export function noMatch({ request, counts, kind, source }: Run): string | undefined {
  const { courseId, learner, from, to } = request;
  const others = counts.skippedBecause?.[forAnother] ?? 0;
  if (counts.read > others || counts.deleted > 0) return undefined;
  const asked = [
    ...(courseId === undefined ? [] : [`the course ${courseId}`]),
    // The address itself is nobody else's business.
    ...(learner === undefined ? [] : ['this learner']),
    ...((from ?? to) ? ['this span of time'] : []),
  ];
  if (asked.length === 0) return undefined;
  return `nothing matches: the ${kind} of ${source} has nothing of ${asked.join(' and ')}`;
}
