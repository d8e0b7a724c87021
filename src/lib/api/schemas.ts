import { z } from 'zod';
import { batchStates, enrolmentActions, rowStates } from '../domain/enrolment-batch';
import { eventStates } from '../domain/event';
import { feedKinds, firstSystem } from '../domain/feed';
import { runModes, runStates, runTriggers } from '../domain/run';

// What the API answers. The description of the API is made from these, and a test holds every answer against them.

export const instant = (description: string) =>
  z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    .meta({ format: 'date-time', description });

const count = (description: string) => z.int().min(0).meta({ description });
const source = z.string().meta({ description: 'The id of the source, as LMS_SOURCES names it' });
const kind = z.enum(feedKinds).meta({ description: 'What is synced' });
const destination = z.string().meta({ description: 'The id of the destination, as DESTINATIONS names it' });

const counts = z
  .object({
    read: count('Rows read: sent (or wouldSend) + unchanged + skipped + quarantined'),
    sent: count('Records that the destination took; 0 of a dry run'),
    wouldSend: count('Of a dry run: records that a real one would have sent').optional(),
    unchanged: count('Records that the destination has as they are'),
    skipped: count('Records that were left out by a filter'),
    quarantined: count('Records that could not be used; see /quarantine'),
    deleted: count('Courses withdrawn; apart from the rows read'),
  })
  .meta({ id: 'Counts' });

const change = z
  .object({
    change: z.enum(['created', 'updated', 'deleted', 'wouldSend']),
    courseId: z.string(),
    detail: z.string(),
  })
  .meta({ id: 'Change', description: 'One change that a dry run found; names no person' });

const changes = z
  .object({
    created: count('Courses that would be new'),
    updated: count('Courses that would change'),
    deleted: count('Courses that would be withdrawn'),
    wouldSend: count('Results that would be sent; whether they are new is not known'),
    samples: z.array(change).meta({ description: 'The first changes, 20 at the most' }),
  })
  .meta({ id: 'Changes' });

const page = z.url().meta({ description: 'Its page, for people' });

const waiting = z
  .object({
    why: z.string().meta({ description: 'What went wrong last, who asked for a pause, or whose turn it is' }),
    since: instant('Since when it goes wrong; a pause has none').optional(),
    attempt: z.int().min(1).optional().meta({ description: 'Which attempt comes next, or is under way' }),
    attempts: z.int().min(1).optional().meta({ description: 'So many in all, and it fails' }),
    until: instant('When it goes on; left out while the attempt is under way').optional(),
  })
  .meta({ id: 'Waiting', description: 'What a run that has not ended waits for; left out while it goes on' });

export const runSchema = z
  .object({
    runId: z.string(),
    source,
    kind,
    destination,
    mode: z.enum(runModes),
    trigger: z.enum(runTriggers).meta({ description: 'Who asked for it' }),
    dryRun: z.boolean().meta({ description: 'Nothing is sent; `changes` says what would be' }),
    state: z.enum(runStates),
    counts,
    window: z
      .object({ from: instant('From'), to: instant('To') })
      .optional()
      .meta({ description: 'The span of modification times that the run covers' }),
    slices: z
      .object({
        total: count('Parts of the run'),
        done: count('Of them ended well'),
        failed: count('Of them failed'),
      })
      .meta({ description: 'How far it is' }),
    startedAt: instant('When it was asked for'),
    finishedAt: instant('When it ended').optional(),
    waiting: waiting.optional(),
    error: z.string().optional().meta({ description: 'Why it failed, in one sentence' }),
    skippedBecause: z
      .record(z.string(), count('Rows'))
      .optional()
      .meta({ description: 'Of the skipped rows, how many for which reason' }),
    changes: changes.optional(),
    notes: z
      .array(z.string())
      .optional()
      .meta({ description: 'What an operator should know that is not an error' }),
    page,
  })
  .meta({ id: 'Run', description: 'One sync of one feed' });

export const runsSchema = z
  .object({
    runs: z.array(runSchema),
    next: z
      .string()
      .optional()
      .meta({ description: 'Give it as `next` for the runs after these; left out: the end' }),
  })
  .meta({ id: 'Runs' });

const startedRun = z
  .object({
    runId: z.string(),
    source,
    kind,
    destination,
    url: z.url().meta({ description: 'Where to follow it' }),
    page,
  })
  .meta({ id: 'StartedRun' });

export const startedSchema = z.object({ runs: z.array(startedRun) }).meta({ id: 'StartedRuns' });

export const watermarksSchema = z
  .object({
    watermarks: z.array(
      z
        .object({
          source,
          kind,
          destination,
          value: instant('Everything modified before it has been delivered'),
          lagSeconds: z.int().meta({ description: 'From then until now' }),
        })
        .meta({ id: 'Watermark' }),
    ),
  })
  .meta({ id: 'Watermarks' });

export const system = z
  .string()
  .meta({ description: `The id of a source; ${firstSystem}, or dest- and the id of another destination` });

export const pausesSchema = z
  .object({
    pauses: z.array(
      z
        .object({
          system,
          until: instant('No call goes there before'),
          why: z.string().optional().meta({ description: 'What the system answered' }),
        })
        .meta({ id: 'Pause' }),
    ),
  })
  .meta({ id: 'Pauses' });

export const endedPauseSchema = z.object({ system, ended: z.literal(true) }).meta({ id: 'EndedPause' });

export const quarantineSchema = z
  .object({
    records: z.array(
      z
        .object({
          id: z.string(),
          runId: z.string().meta({ description: 'The run that met it last' }),
          source,
          kind,
          destination,
          reason: z.string().meta({ description: 'Names what is wrong, never whom it is about' }),
          status: z
            .int()
            .optional()
            .meta({ description: 'What the destination answered, when it refused the record' }),
          courseId: z.string().optional(),
          at: instant('When it was last tried'),
        })
        .meta({ id: 'QuarantinedRecord' }),
    ),
    next: z.string().optional().meta({ description: 'Give it as `next` for the records after these' }),
  })
  .meta({ id: 'Quarantine' });

export const quarantineReplaySchema = startedSchema
  .extend({ replayed: count('Records that are tried again') })
  .meta({ id: 'QuarantineReplay' });

export const eventsSchema = z
  .object({
    events: z.array(
      z
        .object({
          eventId: z.string(),
          source,
          type: z.string().nullable().meta({ description: 'As the vendor names it; null when it says none' }),
          state: z.enum(eventStates),
          receivedAt: instant('When it came in'),
          attempts: count('How often it was tried'),
          error: z.string().optional().meta({ description: 'Why it was ignored, or is dead' }),
        })
        .meta({ id: 'Event' }),
    ),
    next: z.string().optional().meta({ description: 'Give it as `next` for the events after these' }),
  })
  .meta({ id: 'Events' });

export const eventsReplaySchema = z
  .object({ replayed: count('Events that stand in line again') })
  .meta({ id: 'EventsReplay' });

export const takenInSchema = z
  .object({ eventId: z.string().meta({ description: 'Its name in /events' }) })
  .meta({ id: 'TakenIn' });

export const enrolmentSchema = z
  .object({ source, courseId: z.string().optional(), enrolled: z.literal(true) })
  .meta({ id: 'Enrolment' });

export const removalSchema = z
  .object({ source, courseId: z.string().optional(), removed: z.literal(true) })
  .meta({ id: 'Removal' });

export const startedBatchSchema = z
  .object({
    batchId: z.string(),
    url: z.url().meta({ description: 'Where to follow it; also in the header Location' }),
    total: count('Rows'),
  })
  .meta({ id: 'StartedEnrolments' });

const batchCounts = z
  .object({
    total: count('Rows: done + failed + pending'),
    done: count('Enrolled, or removed'),
    failed: count('Failed; each says why'),
    pending: count('Still to be done'),
  })
  .meta({ id: 'EnrolmentCounts' });

export const batchesSchema = z
  .object({
    enrolments: z.array(
      z
        .object({
          batchId: z.string(),
          action: z.enum(enrolmentActions),
          state: z.enum(batchStates),
          createdAt: instant('When it was taken in'),
          counts: batchCounts,
          url: z.url().meta({ description: 'Its rows' }),
        })
        .meta({ id: 'EnrolmentBatchSummary' }),
    ),
    next: z.string().optional().meta({ description: 'Give it as `next` for the batches after these' }),
  })
  .meta({ id: 'EnrolmentBatches' });

export const batchSchema = z
  .object({
    batchId: z.string(),
    state: z.enum(batchStates),
    counts: batchCounts,
    results: z.array(
      z
        .object({
          row: count('The line in the CSV file (the header is line 1), or the place in the array from 1'),
          state: z.enum(rowStates),
          error: z.string().optional().meta({
            description: 'Why it failed; of a pending row, what the last attempt met. Names nobody',
          }),
          status: z.int().optional().meta({ description: 'What a single request would have got' }),
        })
        .meta({ id: 'EnrolmentResult' }),
    ),
    next: z.string().optional().meta({ description: 'Give it as `next` for the rows after these' }),
  })
  .meta({ id: 'EnrolmentBatch' });

export const healthSchema = z.object({ status: z.enum(['ok', 'unavailable']) }).meta({ id: 'Health' });

export const problemSchema = z
  .object({
    type: z.string(),
    status: z.int(),
    title: z.string(),
    detail: z.string().optional(),
    errors: z
      .array(z.record(z.string(), z.union([z.string(), z.int()])))
      .optional()
      .meta({ description: 'Each with `field` (or `setting`) and `message`; of many rows also with `row`' }),
  })
  .meta({ id: 'Problem', description: 'What went wrong (RFC 9457)' });
