import { z } from 'zod';
import { flag, number, text } from '../forms';

/*
 * Only what is used. Envelopes are strict about what paging needs; rows are left as they are here and read one
 * by one, so that a bad row costs itself.
 */

/** `{results, pagination}` of the course list and of the bulk grades. */
export const numberedPage = z.object({
  results: z.array(z.unknown()),
  pagination: z.object({
    count: z.int().min(0),
    num_pages: z.int().min(0),
    next: z.string().nullish(),
  }),
});
export type NumberedPage = z.infer<typeof numberedPage>;

/** `{results, next}` of the grades of one course: a cursor and no count. */
export const cursorPage = z.object({
  results: z.array(z.unknown()),
  next: z.string().nullable(),
});

/** A course detail is a row of its own; anything but an object is no course. */
export const courseDetail = z.looseObject({});

/** A row of the course list, or a detail. */
export const courseRow = z.object({
  id: text,
  /** What older servers call it. */
  course_id: text,
  name: z.string().trim().min(1),
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
  percent: number,
  letter_grade: text,
};

/** A row of the bulk grades; `username` holds the address in the fork's present version, a name in older ones. */
export const bulkGradeRow = z.object({
  username: z.string().trim().min(1),
  course_key: z.string().min(1),
  ...result,
});

/** A row of the grades of one course; `email` is empty unless the enrolment mode is `masters`. */
export const courseGradeRow = z.object({
  username: z.string().trim().min(1),
  email: text,
  course_id: z.string().min(1),
  ...result,
});
