import { z } from 'zod';
import { feedKinds, firstDestination } from '../domain/feed';
import type { Utc, Window } from '../domain/time';

/** What columns of rows hold. A part that is JSON keeps what a later version of the app has put in beside it. */

export const time = z.custom<Utc>(
  (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value),
  'must be a time in UTC such as 2026-01-31T08:00:00Z',
);

export const window: z.ZodType<Window> = z.looseObject({ from: time, to: time });

/** May be missing. What was read has it all the same, as undefined. */
export const maybe = <T>(field: z.ZodType<T>): z.ZodType<T | undefined> => field.optional();

export const kind = z.enum(feedKinds);

/** Rows from before there were other destinations name none. */
export const destination = z.string().default(firstDestination);

/** A text that holds JSON. */
export const json = <T>(schema: z.ZodType<T>): z.ZodType<T> =>
  z.codec(z.string(), schema, {
    decode: (text, { issues }) => {
      try {
        return JSON.parse(text) as never;
      } catch {
        // Without the text, which may name somebody.
        issues.push({ code: 'custom', message: 'is no JSON', input: undefined });
        return z.NEVER;
      }
    },
    encode: (value) => JSON.stringify(value),
  });
