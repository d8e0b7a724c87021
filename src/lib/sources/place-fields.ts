import { InputError } from '../errors';
import type { Enrolment } from './way-out';

const placeFields = ['courseId', 'communityId', 'entityId', 'filter', 'location', 'assignation'] as const;
type PlaceField = (typeof placeFields)[number];

/**
 * What says where a learner goes and means nothing to the vendor is refused: left unread, the learner would end up
 * elsewhere than the caller thinks.
 * @param system for the message. @throws InputError
 */
export function refuseOtherPlaces(enrolment: Enrolment, system: string, known: readonly PlaceField[]): void {
  const other = placeFields.find((field) => enrolment[field] !== undefined && !known.includes(field));
  if (other) throw new InputError(other, `means nothing to ${system}; leave it out`);
}
