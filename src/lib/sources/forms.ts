import { z } from 'zod';

/*
 * The forms in which vendors write one and the same thing. PHP writes `false` and `[]` for what is not there, and a
 * list with a gap as an object; Java writes `{}`; people write `N/A`. What means nothing is nothing, without a word.
 */

const isEmpty = (value: unknown): boolean =>
  value === false || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

/** What PHP and Java write for what is not there. */
export const nothing = z
  .unknown()
  .refine(isEmpty)
  .transform(() => null);

/** Gives a text. */
export const id = z.union([z.int().transform(String), z.string().trim().min(1)]);

/** A word, or a number as one. */
export const word = z.preprocess((value) => (typeof value === 'number' ? String(value) : value), z.string());

/** A word that says something. */
export const name = word.pipe(z.string().trim().min(1));

/** A text, or a number as one. */
export const text = z.union([word, nothing]).nullish();

/** Whether a text in the place of a date or a number says that there is none. */
export const saysNothing = (given: string): boolean =>
  /^(-*|[–—]|n\/?a|null|none|0000-00-00.*)$/i.test(given.trim());

/** With a point or a comma before the fraction; `1,234` and `1.234,5` could be two numbers, `0,234` could not. */
const decimal =
  /^-?(?:\d{1,15}(?:[.,]\d{1,2}|[.]\d{1,20}|,\d{4,20})?|0,\d{1,20}|\d(?:[.]\d{1,20})?e[+-]?\d{1,2})$/i;

/** A number, or a text of one, and whether it was written with a percent sign. */
export const measure = z
  .union([
    z.number().transform((value) => ({ value, hasPercentSign: false })),
    z.string().transform((given, ctx) => {
      if (saysNothing(given)) return null;
      const said = given.trim();
      const plain = said.replace(/\s?%$/, '');
      if (decimal.test(plain))
        return { value: Number(plain.replace(',', '.')), hasPercentSign: plain !== said };
      ctx.addIssue({ code: 'custom', message: 'is not a number' });
      return z.NEVER;
    }),
    nothing,
  ])
  .nullish();

/** A number, or a text of one, with or without a percent sign. */
export const number = measure.transform((given) => given && given.value).optional();

/** A whole number from 0 on, or a text of one. Beyond 2^53 the JSON parser has rounded it: that is refused. */
export const count = z.union([
  z.int().min(0),
  z
    .string()
    .trim()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

const spokenFlag = z.string().trim().toLowerCase();
export const flag = z.union([
  z.boolean(),
  z.literal(0).transform(() => false),
  z.literal(1).transform(() => true),
  spokenFlag.pipe(z.literal(['0', 'false', 'no', ''])).transform(() => false),
  spokenFlag.pipe(z.literal(['1', 'true', 'yes'])).transform(() => true),
]);
export const yesOrNo = z.union([flag, nothing]).nullish();

/**
 * A list: as one, as an object with numbers for names, or one thing alone. What is null in it is left out.
 * @returns null for what means nothing, undefined for what is not told.
 */
export const listOf = <T>(one: z.ZodType<T>) => listFrom(one, asList);

/** A list of ids, which may stand in one text, by commas. */
export const ids = listFrom(id, (value) =>
  typeof value === 'string' && /^\d+(?:\s*,\s*\d+)+$/.test(value.trim()) ? value.split(',') : asList(value),
);

function listFrom<T>(one: z.ZodType<T>, list: (value: unknown) => unknown) {
  return z
    .preprocess(list, z.array(one.nullish()).nullish())
    .transform((all) => all && all.filter((item): item is NonNullable<T> => item != null))
    .nullish();
}

/** The rows of a page. What is null, or an object without a name, is none: whether that can be is for the page to say. */
export const rows = z.preprocess(
  (value) =>
    isNumbered(value) ? Object.values(value) : isEmpty(value) && !Array.isArray(value) ? null : value,
  z.array(z.unknown()).nullish(),
);

/** The rows of a page that counts nothing: no object stands for an empty list, which may be said by null. */
export const statedRows = z.preprocess(
  (value) => (isNumbered(value) ? Object.values(value) : value),
  z.array(z.unknown()).nullable(),
);

/** A list as PHP writes it when it has a gap. */
export const isNumbered = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).length > 0 &&
  Object.keys(value).every((key) => /^\d+$/.test(key));

function asList(value: unknown): unknown {
  if (value === undefined) return undefined;
  if (value === null || value === '' || isEmpty(value)) return null;
  if (Array.isArray(value)) return value;
  return isNumbered(value) ? Object.values(value) : [value];
}
