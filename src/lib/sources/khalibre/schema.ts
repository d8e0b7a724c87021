import { z } from 'zod';

/*
 * Only what is used. No field of a row is promised (the published definition has no "required" list), and the
 * same id is int64 in one place and int32 in another: ids may be numbers or texts. Envelopes are strict about
 * what paging needs; rows are read one by one, so that a bad row costs itself.
 */

/** A whole number, or a text of one. Numbers beyond 2^53 were rounded by the JSON parser: they are refused. */
const count = z.union([
  z.int().min(0),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

/** Liferay's page. `facets` and `actions` are not used. */
export const page = z.object({
  items: z.array(z.unknown()),
  lastPage: count,
  page: count.nullish(),
  totalCount: count.nullish(),
});
export type Page = z.infer<typeof page>;

/** A detail is a row of its own; anything but an object is no course. */
export const courseDetail = z.looseObject({});

/** Gives a text. */
export const id = z.union([z.int().transform(String), z.string().trim().min(1)]);

const text = z.string().nullish();

const community = z.object({ id: id.nullish(), name: text, bookingUrl: text });

/** A row of the course list, or a detail. */
export const courseRow = z.object({
  courseId: id,
  title: text,
  classTitle: text,
  description: text,
  bannerUrl: text,
  bookingUrl: text,
  communities: z.array(community).nullish(),
  languages: z.array(z.string()).nullish(),
  startDate: text,
  endDate: text,
  createdDate: text,
  modifiedDate: text,
  /** Since v1.1. */
  isVisible: z.boolean().nullish(),
});

/** A learner's progress in a course. */
export const progressRow = z.object({
  courseId: id.nullish(),
  emailAddress: text,
  status: z.union([z.int(), z.string()]).nullish(),
  statusDescription: text,
  completedActivity: z.int().nullish(),
  totalActivity: z.int().nullish(),
  bookingDate: text,
  recentUpdateDate: text,
  community: z.object({ id: id.nullish() }).nullish(),
});
