import { z } from 'zod';
import { id, listOf, rows, text, word } from '../forms';

/* Only what is used. Ids come as texts, in the samples; numbers do no harm. */

const words = listOf(word);

/** Lists come whole, as they are: rows are read one by one. */
export const list = rows.refine((all) => all != null).transform((all) => all ?? []);

export const learnerRow = z.object({
  learnerID: id,
  login: text,
  entity: z.object({ entityID: id.nullish(), entityName: text }).nullish(),
  lastname: text,
  firstname: text,
  filter: words,
  location: words,
});
export type LearnerRow = z.infer<typeof learnerRow>;

export const entityRow = z.object({ entityID: id, name: text, description: text, language: text });

export const client = z.object({ name: z.string(), description: text });

export const authToken = z.object({
  success: z.union([z.string(), z.number(), z.boolean()]),
  authentificationUrl: z.string(),
});

/** What writes answer is not published: an object, perhaps one that says no. */
export const written = z.union([z.looseObject({}), z.array(z.unknown())]).nullish();
