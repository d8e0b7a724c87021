import { z } from 'zod';
import { count, id, ids, listOf, number, rows, text, word, yesOrNo } from '../forms';

export { id };

/*
 * Only what is used. Nothing in the vendor's document says which fields of a row may be empty, so all but the ids
 * may be; rows are read one by one, so that a bad row costs itself. `certifcate…` fields are not used.
 */

/** A page, as DataTables has it. `recordsFiltered` is not read: the vendor's own samples give a page's length there. */
export const page = z
  .object({ records: rows, recordsTotal: count.nullish() })
  // Without the name of a list and without a count it may be anything.
  .refine(({ records, recordsTotal }) => records !== undefined || recordsTotal != null, {
    path: ['records'],
  });
export type Page = z.infer<typeof page>;

/** A row of the course or learning path list. */
export const listed = z.object({ id, status: text });

/** A detail, a creation: an object, whatever is in it. */
export const anObject = z.looseObject({});

export const courseDetail = z.object({
  id,
  name: text,
  slug: text,
  status: text,
  instructions: text,
  featuredImageUrl: text,
  estimatedCompletion: number,
  estimationCompletedUnit: text,
  durationSpecificDate: text,
  categories: ids,
});

export const category = z.object({ id, name: word });
/** The sample shows one object where the words say several. */
export const categories = z.union([
  category.transform((one): unknown[] => [one]),
  rows.transform((all) => all ?? []),
]);

/** A row of the Course Detail Report. */
export const reportRow = z.object({
  user_id: id.nullish(),
  course_id: id.nullish(),
  email: text,
  portal_name: text,
  status: text,
  percent_complete: number,
  percent_achieved: number,
  registered_on: text,
  started_on: text,
  completed_on: text,
  last_accessed_on: text,
});

/** A row of the enrolled learners of a course; `id` is the enrolment's. */
export const enrolledRow = z.object({ id, user_id: id });

/** A row of the users, or a user: the one writes first_name and is_disabled, the other firstName and disabled. */
export const userRow = z.object({
  id,
  email: text,
  first_name: text,
  last_name: text,
  firstName: text,
  lastName: text,
  is_disabled: yesOrNo,
  disabled: yesOrNo,
});

export const portalRow = z.object({ id, name: text });

export const created = z.object({ id });

/** A row of the webhooks: the names of its events, by comma. It tells no address. */
export const webhookRow = z.object({
  id,
  events: listOf(z.string()).transform((all) => all ?? []),
  created_at: text,
});

export const webhookSaved = z.object({ id: id.nullish() });

/** A row of a webhook's log. */
export const logRow = z.object({
  id,
  event: text,
  data: z.unknown(),
  status: z.union([z.string(), z.number().transform(String)]).nullish(),
  created_at: text,
});
