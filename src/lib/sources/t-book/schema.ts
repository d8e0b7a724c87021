import { z } from 'zod';

/* Only what is used. Ids come as texts, in the samples; numbers do no harm. */

/** Gives a text. */
export const id = z.union([z.int().transform(String), z.string().trim().min(1)]);

const text = z.string().nullish();
const words = z.array(z.string()).nullish();

/** Lists come whole, as they are: rows are read one by one. */
export const list = z.array(z.unknown());

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

export const entityRow = z.object({ entityID: id, name: z.string(), description: text, language: text });

export const client = z.object({ name: z.string(), description: text });

export const authToken = z.object({
  success: z.union([z.string(), z.number(), z.boolean()]),
  authentificationUrl: z.string(),
});

/** What writes answer is not published: an object, perhaps one that says no. */
export const written = z.union([z.looseObject({}), z.array(z.unknown())]).nullish();
