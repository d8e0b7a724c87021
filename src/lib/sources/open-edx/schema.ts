import { z } from 'zod';
import { count, flag, measure, name, nothing, rows, statedRows, text, word } from '../forms';

/*
 * Only what is used. Envelopes are strict about what paging needs; rows are left as they are here and read one
 * by one, so that a bad row costs itself.
 */

const link = z.union([z.string(), z.null(), nothing]);

/** `{results, pagination}` of the course list and of the bulk grades. */
export const numberedPage = z
  .object({
    results: rows,
    pagination: z.object({ count, num_pages: count, next: link.nullish() }),
  })
  // A list that should hold something must be there.
  .refine(({ results, pagination }) => results != null || pagination.count === 0, { path: ['results'] })
  .transform(({ results, pagination }) => ({ results: results ?? [], pagination }));
export type EdxPage = z.infer<typeof numberedPage>;

/** `{results, next}` of the grades of one course: a cursor and no count. */
export const cursorPage = z
  .object({ results: statedRows, next: link })
  .transform(({ results, next }) => ({ results: results ?? [], next }));

/** A course detail is a row of its own; anything but an object is no course. */
export const courseDetail = z.looseObject({});

/** A row of the course list, or a detail. */
export const courseRow = z.object({
  id: text,
  /** What older servers call it. */
  course_id: text,
  name,
  org: text,
  short_description: text,
  start: text,
  end: text,
  enrollment_start: text,
  enrollment_end: text,
  media: z.object({ image: z.object({ small: text, large: text }).nullish() }).nullish(),
});

const result = {
  passed: flag,
  percent: measure,
  letter_grade: text,
};

/** A row of the bulk grades; `username` holds the address in the fork's present version, a name in older ones. */
export const bulkGradeRow = z.object({
  username: name,
  course_key: word.pipe(z.string().min(1)),
  ...result,
});

/** A row of the grades of one course; `email` is empty unless the enrolment mode is `masters`. */
export const courseGradeRow = z.object({
  username: name,
  email: text,
  course_id: word.pipe(z.string().min(1)),
  ...result,
});
