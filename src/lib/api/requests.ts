import { z } from 'zod';
import { feedKinds, feedPattern } from '../domain/feed';
import { runStates } from '../domain/run';
import { parseUtc } from '../domain/time';
import { type Answer, problem } from './answer';
import { plainWords } from '../plain-words';

/** A time as people write it; becomes UTC. */
export const time = (description: string) =>
  z
    .string()
    .transform((value, context) => {
      const parsed = parseUtc(value);
      if (parsed) return parsed;
      context.addIssue({ code: 'custom', message: 'must be an ISO 8601 time, such as 2026-01-31T00:00:00Z' });
      return z.NEVER;
    })
    .optional()
    .meta({
      description: `${description}. ISO 8601, UTC unless it names a zone`,
      examples: ['2026-01-31T00:00:00Z'],
    });

const source = z
  .string()
  .min(1)
  .max(32)
  .optional()
  .meta({
    description: 'The id of one source, as LMS_SOURCES names it; left out: all',
    examples: ['openedx'],
  });
const kind = z
  .enum(feedKinds)
  .optional()
  .meta({ description: 'Left out: both', examples: ['catalog'] });

const destination = z
  .string()
  .min(1)
  .max(32)
  .optional()
  .meta({
    description: 'The id of one destination, as DESTINATIONS names it; left out: all',
    examples: ['ld'],
  });

export const resyncRequest = z
  .strictObject({
    source,
    kind,
    destination,
    mode: z
      .enum(['incremental', 'full'])
      .optional()
      .meta({ description: 'Left out: incremental, only what changed since the last run' }),
    from: time('Only what was modified from then on'),
    to: time('Only what was modified until then'),
    courseId: z.string().min(1).max(400).optional().meta({ description: 'Only this course' }),
    learner: z
      .string()
      .min(1)
      .max(320)
      .optional()
      .meta({ description: 'Only the results of the learner with this mail address' }),
    dryRun: z.boolean().optional().meta({ description: 'Send nothing, and say what would be sent' }),
    allowDeletes: z
      .boolean()
      .optional()
      .meta({ description: 'Take courses back even when a large part of the listing is gone' }),
  })
  .meta({ id: 'Resync' });

/** How many to give at a time: digits of a query. */
export const limitParameter = z
  .string()
  .regex(/^\d{1,3}$/, 'must be a whole number from 1 to 200')
  .transform(Number)
  .refine((n) => n >= 1 && n <= 200, 'must be a whole number from 1 to 200')
  .optional()
  .meta({ type: 'integer', minimum: 1, maximum: 200, description: 'How many at a time; left out: 50' });

const page = {
  source,
  kind,
  destination,
  limit: limitParameter,
};

/** Where a page goes on. Anything but what a page gave would start at some other place, for ever. */
const nextOf = (form: RegExp) =>
  z
    .string()
    .regex(form, 'must be what the page before gave as next; leave it out to start anew')
    .optional()
    .meta({ description: 'What the page before gave as `next`' });

export const runsQuery = z.strictObject({
  ...page,
  next: nextOf(new RegExp(`^${feedPattern}-\\d{8}T\\d{6}Z(?:-[\\w-]{1,60})?$`)),
  state: z
    .enum(runStates)
    .optional()
    .meta({ description: 'Only runs in this state', examples: ['failed'] }),
});
/** Which quarantined records; what is left out means all. */
const records = {
  source,
  kind,
  destination,
  runId: z.string().min(1).max(100).optional().meta({ description: 'Only those that this run met last' }),
  reason: z.string().min(1).max(2_000).optional().meta({ description: 'Only those with this very reason' }),
};
export const quarantineQuery = z.strictObject({
  ...records,
  limit: limitParameter,
  next: nextOf(new RegExp(`^${feedPattern}-[0-9a-f]{16}$`)),
});
export const watermarksQuery = z.strictObject({ source, destination });
export const replayRequest = z
  .strictObject({
    ...records,
    ids: z
      .array(z.string().min(1).max(100))
      .max(5_000)
      .optional()
      .meta({ description: 'Only these records; left out: all' }),
  })
  .meta({ id: 'Replay' });

/** So many are listed; who has more repairs these first. */
export const mostErrors = 200;

export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly answer: Answer };

export const parseQuery = <T>(schema: z.ZodType<T>, query: URLSearchParams): Parsed<T> =>
  parseWith(schema, Object.fromEntries([...query].filter(([name]) => name !== 'code')));

/** @param value as JSON gave it. */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown): Parsed<T> {
  const parsed = schema.safeParse(value, { error: plainWords });
  if (parsed.success) return { ok: true, value: parsed.data };
  const errors = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((field) => ({ field, message: 'is unknown; take it out' }))
      : [{ field: issue.path.join('.') || 'body', message: issue.message }],
  );
  const [first] = errors;
  const detail = first && `${first.field}: ${first.message}`;
  return {
    ok: false,
    answer: problem({
      status: 400,
      title: 'The request is wrong',
      detail,
      errors: errors.slice(0, mostErrors),
    }),
  };
}
