import { z } from 'zod';
import { mailAddress } from '../../domain/mail-address';
import { limitField, mostAtATime, nextDescription, time, usualLimit } from '../requests';

const longestNext = 4_000;

/**
 * Whether a vendor can be asked about something by this text as a part of a path: nothing and `..` would lead to
 * another one, and half a character has no encoding.
 */
export const canBeNamed = (id: string): boolean =>
  id.length <= 400 && !/\p{Cs}/u.test(id) && !/^\.{0,2}$/.test(id);

/**
 * A part of a path, as it was meant. The host has undone percent-encoding once, and leaves an encoded slash alone, as
 * it would divide the path.
 */
export const pathPart = (description: string, example: string) =>
  z
    .string()
    .overwrite((text) => text.replace(/%2f/gi, '/'))
    .meta({ description, examples: [example] });

const next = z.string().max(longestNext).optional().meta({ description: nextDescription });

const rowsAsked = `How many rows the vendor is asked for at a time; left out: ${usualLimit}`;

export const pageQuery = z.strictObject({
  limit: limitField(`${rowsAsked}. A page may hold fewer, and more where the vendor does not heed it`),
  next,
});

export const learnersQuery = pageQuery.extend({
  entityId: z
    .string()
    .min(1)
    .max(100)
    .refine(canBeNamed, 'must be the id of an entity')
    .optional()
    .meta({ description: 'Only the learners of this entity', examples: ['24'] }),
});

export const progressSearch = z
  .strictObject({
    courseId: z
      .string()
      .min(1)
      .max(400)
      .refine(canBeNamed, 'must be the id of a course')
      .optional()
      .meta({ description: 'Only this course, as the source names it' }),
    learner: mailAddress
      .transform((address) => address.toLowerCase())
      .optional()
      .meta({ description: 'Only the learner with this mail address' }),
    from: time('Windowed sources: only what was modified from then on; left out: since the setting `since`'),
    to: time("Windowed sources: only what was modified until then; left out: the source's now"),
    limit: z.int().min(1).max(mostAtATime).optional().meta({ description: rowsAsked }),
    next: next.meta({ description: `${nextDescription}; with the same filters` }),
  })
  .meta({ id: 'ProgressSearch' });
