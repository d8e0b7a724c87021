import { z } from 'zod';
import { feedKinds } from '../domain/feed';
import { runStates } from '../domain/run';
import { parseUtc } from '../domain/time';
import { type Answer, problem } from './answer';

const time = z.string().transform((value, context) => {
  const parsed = parseUtc(value);
  if (parsed) return parsed;
  context.addIssue({ code: 'custom', message: 'must be an ISO 8601 time, such as 2026-01-31T00:00:00Z' });
  return z.NEVER;
});

export const resyncRequest = z.strictObject({
  source: z.string().min(1).max(32).optional(),
  kind: z.enum(feedKinds).optional(),
  mode: z.enum(['incremental', 'full']).optional(),
  from: time.optional(),
  to: time.optional(),
  courseId: z.string().min(1).max(400).optional(),
  learner: z.string().min(1).max(320).optional(),
  dryRun: z.boolean().optional(),
  allowDeletes: z.boolean().optional(),
});

const page = {
  source: z.string().min(1).max(32).optional(),
  kind: z.enum(feedKinds).optional(),
  limit: z
    .string()
    .regex(/^\d{1,3}$/, 'must be a whole number from 1 to 200')
    .transform(Number)
    .refine((n) => n >= 1 && n <= 200, 'must be a whole number from 1 to 200')
    .optional(),
  next: z.string().max(300).optional(),
};

export const runsQuery = z.strictObject({ ...page, state: z.enum(runStates).optional() });
export const quarantineQuery = z.strictObject(page);
export const replayRequest = z.strictObject({
  ids: z.array(z.string().min(1).max(100)).max(5_000).optional(),
});

export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly answer: Answer };

/** @param text the request's body; empty stands for `{}`. */
export function parseBody<T>(schema: z.ZodType<T>, text: string): Parsed<T> {
  let value: unknown;
  try {
    value = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    return { ok: false, answer: problem({ status: 400, title: 'The body is no JSON' }) };
  }
  return parseWith(schema, value);
}

export const parseQuery = <T>(schema: z.ZodType<T>, query: URLSearchParams): Parsed<T> =>
  parseWith(schema, Object.fromEntries([...query].filter(([name]) => name !== 'code')));

function parseWith<T>(schema: z.ZodType<T>, value: unknown): Parsed<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const errors = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((field) => ({ field, message: 'is unknown; take it out' }))
      : [{ field: issue.path.join('.') || 'body', message: issue.message }],
  );
  const [first] = errors;
  const detail = first && `${first.field}: ${first.message}`;
  return { ok: false, answer: problem({ status: 400, title: 'The request is wrong', detail, errors }) };
}
