import type { Utc } from './time';

const longestId = 2_000;

/** Why an id cannot be one; undefined when it can. Stored rows hold ids of 32,000 characters, together with much else. */
export const courseIdFault = (id: string): string | undefined =>
  id.length <= longestId
    ? undefined
    : `its id has ${id.length} characters, and an id has ${longestId} at the most`;

/** A course as every vendor's is mapped. What a vendor does not say is left out, never made up. */
export interface Course {
  /** As the source names it, e.g. `course-v1:edX+DemoX+Demo_Course` or `1201`. */
  readonly id: string;
  readonly name: string;
  readonly shortDescription?: string;
  readonly longDescription?: string;
  readonly keywords?: readonly string[];
  /** The organisation that offers it. */
  readonly org?: string;
  /** Where a learner opens it: absolute, https (http only on loopback). */
  readonly url: string;
  readonly thumbnailSmall?: string;
  readonly thumbnailLarge?: string;
  readonly language?: string;
  readonly start?: Utc;
  readonly end?: Utc;
  readonly enrollmentStart?: Utc;
  readonly enrollmentEnd?: Utc;
  readonly createdAt?: Utc;
  readonly modifiedAt?: Utc;
  readonly durationMinutes?: number;
}
