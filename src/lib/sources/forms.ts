import { z } from 'zod';

/*
 * The forms in which vendors write one and the same thing. PHP writes `false` and `[]` for what is not there, and a
 * list with a gap as an object; Java writes `{}`; people write `N/A`. What means nothing is nothing, without a word.
 */

const isEmpty = (value: unknown): boolean =>
  value === false || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

const nothing = z
  .unknown()
  .refine(isEmpty)
  .transform(() => null);

/** Gives a text. */
export const id = z.union([z.int().transform(String), z.string().trim().min(1)]);

/** A text, or a number as one. */
export const text = z.union([z.string(), z.number().transform(String), nothing]).nullish();

const saysNothing = /^(|-+|[–—]|n\/?a|null|none)$/i;
/** With a point or a comma before the fraction; `1,234` and `1.234,5` could be two numbers. */
const decimal = /^-?\d{1,15}(?:[.,]\d{1,2}|[.]\d{1,20}|,\d{4,20})?$/;

/** A number, or a text of one, with or without a percent sign. */
export const number = z
  .union([
    z.number(),
    z.string().transform((given, ctx) => {
      const said = given.trim();
      if (saysNothing.test(said)) return null;
      const plain = said.replace(/\s?%$/, '');
      if (decimal.test(plain)) return Number(plain.replace(',', '.'));
      ctx.addIssue({ code: 'custom', message: 'is no number' });
      return z.NEVER;
    }),
    nothing,
  ])
  .nullish();

/** A whole number from 0 on, or a text of one. Beyond 2^53 the JSON parser has rounded it: that is refused. */
export const count = z.union([
  z.int().min(0),
  z
    .string()
    .trim()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

export const flag = z.union([
  z.boolean(),
  z.literal([0, '0', 'false', '']).transform(() => false),
  z.literal([1, '1', 'true']).transform(() => true),
]);
export const yesOrNo = flag.nullish();

/** A list: as one, as an object with numbers for names, or one thing alone. What is null in it is left out. */
export const listOf = <T>(one: z.ZodType<T>) =>
  z
    .preprocess(asList, z.array(one.nullish()).nullish())
    .transform((all) => all?.filter((item): item is NonNullable<T> => item != null) ?? null)
    .nullish();

/** The rows of a page. What is null, or an object without a name, is none: whether that can be is for the page to say. */
export const rows = z.preprocess(
  (value) =>
    isNumbered(value) ? Object.values(value) : isEmpty(value) && !Array.isArray(value) ? null : value,
  z.array(z.unknown()).nullish(),
);

const isNumbered = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).length > 0 &&
  Object.keys(value).every((key) => /^\d+$/.test(key));

function asList(value: unknown): unknown {
  if (value === undefined || value === null || value === '' || isEmpty(value)) return null;
  if (Array.isArray(value)) return value;
  return isNumbered(value) ? Object.values(value) : [value];
}
