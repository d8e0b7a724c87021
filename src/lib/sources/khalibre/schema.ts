import { z } from 'zod';
import { count, id, listOf, nothing, number, rows, text, word, yesOrNo } from '../forms';

export { id };

/*
 * Only what is used. No field of a row is promised (the published definition has no "required" list), and the
 * same id is int64 in one place and int32 in another: ids may be numbers or texts. Envelopes are strict about
 * what paging needs; rows are read one by one, so that a bad row costs itself.
 */

/** Liferay's page. `facets` and `actions` are not used. */
export const page = z
  .object({ items: rows, lastPage: count, page: count.nullish(), totalCount: count.nullish() })
  // Java leaves out what is empty; a list that should hold something must be there.
  .refine(
    ({ items, lastPage, page: at, totalCount }) =>
      items != null || totalCount === 0 || (at ?? 0) > lastPage || (totalCount == null && lastPage <= 1),
    { path: ['items'] },
  )
  .transform(({ items, ...rest }) => ({ ...rest, items: items ?? [] }));
export type Page = z.infer<typeof page>;

/** A detail is a row of its own; anything but an object is no course. */
export const courseDetail = z.looseObject({});

const community = z.object({ id: id.nullish(), name: text, bookingUrl: text });

/** A row of the course list, or a detail. */
export const courseRow = z.object({
  courseId: id,
  title: text,
  classTitle: text,
  description: text,
  bannerUrl: text,
  bookingUrl: text,
  communities: listOf(community),
  languages: listOf(word),
  startDate: text,
  endDate: text,
  createdDate: text,
  modifiedDate: text,
  /** Since v1.1. */
  isVisible: yesOrNo,
});

/** A learner's progress in a course. */
export const progressRow = z.object({
  courseId: id.nullish(),
  emailAddress: text,
  status: z.union([z.int(), z.string(), nothing]).nullish(),
  statusDescription: text,
  completedActivity: number,
  totalActivity: number,
  bookingDate: text,
  recentUpdateDate: text,
  community: z.object({ id: id.nullish() }).nullish(),
});
