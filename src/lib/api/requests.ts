import { z } from 'zod';
import { batchStates, rowStates } from '../domain/enrolment-batch';
import { eventStates } from '../domain/event';
import { feedKinds, feedPattern } from '../domain/feed';
import { runModes, runStates } from '../domain/run';
import { parseUtc } from '../domain/time';

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
      .enum(runModes)
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

/** So many entries a page may hold, and so many it holds when nobody says. */
export const mostAtATime = 200;
export const usualLimit = 50;

const wholeNumber = `must be a whole number from 1 to ${mostAtATime}`;

/** How many to give at a time: digits of a query. */
export const limitField = (description: string) =>
  z
    .string()
    .regex(/^\d{1,3}$/, wholeNumber)
    .transform(Number)
    .refine((n) => n >= 1 && n <= mostAtATime, wholeNumber)
    .optional()
    .meta({ type: 'integer', minimum: 1, maximum: mostAtATime, description });

const limit = limitField(`How many at a time; left out: ${usualLimit}`);

export const nextDescription = 'What the page before gave as `next`';

/** Where a page goes on. Anything but what a page gave would start at some other place, for ever. */
const nextOf = (form: RegExp) =>
  z
    .string()
    .regex(form, 'must be what the page before gave as next; leave it out to start anew')
    .optional()
    .meta({ description: nextDescription });

/** @param things that are listed, and have a state. */
const stateOf = <const T extends readonly string[]>(states: T, things: string, example: T[number]) =>
  z
    .enum(states)
    .optional()
    .meta({ description: `Only ${things} in this state`, examples: [example] });

export const runsQuery = z.strictObject({
  source,
  kind,
  destination,
  state: stateOf(runStates, 'runs', 'failed'),
  limit,
  next: nextOf(new RegExp(`^${feedPattern}-\\d{8}T\\d{6}Z(?:-[\\w-]{1,60})?$`)),
});

export const watermarksQuery = z.strictObject({ source, destination });

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
  limit,
  next: nextOf(new RegExp(`^${feedPattern}-[0-9a-f]{16}$`)),
});
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

export const eventsQuery = z.strictObject({
  source,
  state: stateOf(eventStates, 'events', 'dead'),
  limit,
  next: nextOf(/^\d{13}-[0-9a-f]{24}$/),
});
export const eventsReplayRequest = z.strictObject({
  ids: z
    .array(z.string().min(1).max(60))
    .min(1)
    .max(1000)
    .optional()
    .meta({ description: 'Only these events; left out: all that are dead or were ignored' }),
});

export const batchesQuery = z.strictObject({
  state: stateOf(batchStates, 'batches', 'running'),
  limit,
  next: nextOf(/^\d{13}-[0-9a-f]{32}$/),
});
/** Of one batch. */
export const batchQuery = z.strictObject({
  state: stateOf(rowStates, 'rows', 'failed'),
  limit,
  next: nextOf(/^\d{1,9}$/),
});
