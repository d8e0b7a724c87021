import { z } from 'zod';
import type { Course } from '../../domain/course';
import { type LearnerResult, resultStatuses } from '../../domain/learner-result';
import type { Entity, Learner } from '../../sources/source';
import { instant } from '../schemas';

// What the routes of the sources answer. What a vendor does not say is left out, never made up.

const instantSaid = (description: string) => instant(description).optional();
const said = (description: string) => z.string().optional().meta({ description });

const problems = z
  .array(z.object({ setting: z.string(), message: z.string() }))
  .optional()
  .meta({ description: 'What is wrong with its settings; nothing can be asked of it' });

const capabilities = z
  .object({
    catalog: z.boolean().meta({ description: 'Its courses can be read' }),
    consumption: z
      .object({
        type: z.enum(['windowed', 'scanned']).meta({
          description: 'windowed: by modification time; scanned: by course',
        }),
        byLearner: z
          .boolean()
          .meta({ description: 'It can be asked for one learner in all courses at once' }),
      })
      .nullable()
      .meta({ description: 'How results can be read; null: not at all' }),
    enrolments: z.object({
      enrol: z.boolean().meta({ description: 'Learners can be put into courses' }),
      remove: z.boolean().meta({ description: 'And taken out' }),
    }),
    learners: z.boolean().meta({ description: 'Its learners can be read' }),
    entities: z.boolean().meta({ description: 'Into what they are divided can be read' }),
    signIns: z.object({
      link: z.boolean().meta({ description: 'By a link that works once' }),
      ltiLaunch: z.boolean().meta({ description: 'By a form of LTI 1.1' }),
    }),
    webhooks: z.boolean().meta({ description: 'The vendor can tell of changes by webhook' }),
  })
  .meta({ id: 'Capabilities', description: 'What the vendor and the settings let it do' });

export const sourcesSchema = z
  .object({
    sources: z.array(
      z
        .object({
          id: z.string().meta({ description: 'As LMS_SOURCES names it' }),
          sourceKind: said('Left out when the settings do not tell'),
          sourceSystemId: said('Its number at the L&D services'),
          enabled: z.boolean().optional().meta({ description: 'Whether timers sync it' }),
          capabilities: capabilities.optional(),
          problems,
        })
        .meta({
          id: 'Source',
          description: 'An LMS; with `problems` instead of `capabilities` when unusable',
        }),
    ),
  })
  .meta({ id: 'Sources' });

export const courseSchema = z
  .object({
    id: z.string().meta({ description: 'As the source names it' }),
    name: z.string(),
    shortDescription: said('Text, perhaps with markup'),
    longDescription: said('Text, perhaps with markup'),
    keywords: z.array(z.string()).readonly().optional(),
    org: said('The organisation that offers it'),
    url: z.url().meta({ description: 'Where a learner opens it' }),
    thumbnailSmall: said('Address of an image'),
    thumbnailLarge: said('Address of an image'),
    language: said('As the vendor writes it'),
    start: instantSaid('From when it can be taken'),
    end: instantSaid('Until when'),
    enrollmentStart: instantSaid('From when learners can be enrolled'),
    enrollmentEnd: instantSaid('Until when'),
    createdAt: instantSaid('When it was made at the source'),
    modifiedAt: instantSaid('When the source last changed it'),
    durationMinutes: z.number().min(0).optional().meta({ description: 'How long it takes, in minutes' }),
  } satisfies Record<keyof Course, z.ZodType>)
  .meta({ id: 'Course', description: 'A course, whatever the vendor' });

const unreadable = z
  .int()
  .min(0)
  .meta({ description: 'Rows of this page that could not be read, and are left out; `notes` say why' });
const notes = z
  .array(z.string())
  .readonly()
  .optional()
  .meta({ description: 'What an operator should know of this page; names no person' });
const next = said('Give it as `next` for the page after; left out: the end');

export const coursesSchema = z
  .object({ courses: z.array(courseSchema), unreadable, notes, next })
  .meta({ id: 'Courses' });

export const learnerSchema = z
  .object({
    id: z.string().meta({ description: 'As the source names the learner' }),
    email: said('Mail address in small letters; not every vendor tells it'),
    firstName: said('Given name'),
    lastName: said('Family name'),
    entityId: said('The part of the organisation to which the learner belongs'),
    entityName: said('Its name'),
    disabled: z.boolean().optional().meta({ description: 'Left out where the vendor does not say' }),
    filter: z
      .array(z.string())
      .readonly()
      .optional()
      .meta({ description: 'T-book: the words that put the learner into sessions' }),
    location: z.array(z.string()).readonly().optional().meta({ description: 'T-book: likewise' }),
  } satisfies Record<keyof Learner, z.ZodType>)
  .meta({ id: 'Learner' });

export const learnersSchema = z
  .object({ learners: z.array(learnerSchema), notes, next })
  .meta({ id: 'Learners' });

const entitySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    description: said('What the vendor says of it'),
    language: said('As the vendor writes it'),
  } satisfies Record<keyof Entity, z.ZodType>)
  .meta({
    id: 'Entity',
    description: 'An entity of T-book, a portal of Academy of Mine',
  });

export const entitiesSchema = z
  .object({ entities: z.array(entitySchema), notes, next })
  .meta({ id: 'Entities' });

const progressSchema = z
  .object({
    courseId: z.string().meta({ description: 'As the source names it' }),
    email: said('Mail address in small letters; left out when the source tells none'),
    username: said("The learner's name at the source, where that is not the address"),
    status: z.enum(resultStatuses),
    percent: z.number().min(0).optional().meta({ description: 'How much is done, or the score: 0 to 1' }),
    grade: said('In the words of the course'),
    startedAt: instantSaid('When the learner began'),
    completedAt: instantSaid('When the learner was done'),
    at: instantSaid('When the source last changed it'),
  } satisfies Record<keyof LearnerResult, z.ZodType>)
  .meta({ id: 'Progress', description: 'How far one learner has come in one course' });

export const progressPageSchema = z
  .object({ progress: z.array(progressSchema), unreadable, notes, next })
  .meta({ id: 'ProgressPage' });
