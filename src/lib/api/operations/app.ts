import { z } from 'zod';
import { mostEventBytes } from '../../webhooks/read-bytes';
import { healthSchema, takenInSchema } from '../schemas';
import { partQuery, statusQuery } from '../status/query';
import type { Operations } from './operation';

const sourceId = z.string().meta({ description: 'The id of the source', examples: ['khalibre'] });

const page = {
  description: 'A web page, or the part of it that was asked for',
  type: 'text/html',
  schema: z.string(),
  example: '<!doctype html><title>All is well</title>',
};

/** Of the app itself, and the way in for vendors. */
export const appOperations = {
  receiveWebhook: {
    method: 'post',
    path: '/webhooks/{source}',
    tag: 'Webhooks',
    summary: "Take in a vendor's event",
    description: `Any JSON is kept and counted, ${mostEventBytes} bytes at the most. When the source has a secret, the call must be signed as Standard Webhooks says: webhook-id, webhook-timestamp, webhook-signature.`,
    access: 'vendor',
    parts: z.object({ source: sourceId }),
    query: z.object({
      event: z
        .string()
        .optional()
        .meta({
          description: 'Which event it is, of vendors whose bodies do not say',
          examples: ['course_completed'],
        }),
    }),
    body: {
      schema: z.unknown().meta({ description: "The vendor's own shape" }),
      required: true,
      raw: true,
      examples: { event: { type: 'course.updated', data: { courseId: '1042' } } },
    },
    answers: {
      202: {
        description: 'Kept; it is worked soon',
        schema: takenInSchema,
        example: { eventId: 'khalibre-3f1c0e9a7b5d2c4e6f8a9b0c' },
      },
    },
    problems: [404, 415],
  },
  getStatus: {
    method: 'get',
    path: '/status',
    tag: 'App',
    summary: 'The page people look at',
    query: statusQuery,
    answers: { 200: page },
    problems: [404],
  },
  getRunPage: {
    method: 'get',
    path: '/status/runs/{runId}',
    tag: 'App',
    summary: 'The page of one run',
    description:
      'Its slices, what became of its rows, and buttons that cancel it, start it again, or replay.',
    parts: z.object({
      runId: z.string().meta({
        description: 'The id of the run',
        examples: ['openedx-consumption-20260302T101500Z-a1b2c3'],
      }),
    }),
    query: partQuery,
    answers: { 200: page },
    problems: [404],
  },
  getSourcePage: {
    method: 'get',
    path: '/status/sources/{id}',
    tag: 'App',
    summary: 'The page of one source',
    description: 'What it can do, its feeds, pauses, webhooks and settings. Secrets are not shown.',
    parts: z.object({ id: sourceId }),
    query: partQuery,
    answers: { 200: page },
    problems: [404],
  },
  getHealth: {
    method: 'get',
    path: '/health',
    tag: 'App',
    summary: 'Whether the app can work',
    description:
      '503 when settings are wrong or storage does not answer. Says no more, since anyone may ask.',
    access: 'anyone',
    answers: {
      200: { description: 'It can', schema: healthSchema, example: { status: 'ok' } },
      503: { description: 'It cannot', schema: healthSchema, example: { status: 'unavailable' } },
    },
    problems: [],
  },
  getOpenApi: {
    method: 'get',
    path: '/openapi.json',
    tag: 'App',
    summary: 'This description',
    access: 'anyone',
    answers: {
      200: {
        description: 'OpenAPI 3.1',
        schema: z.looseObject({ openapi: z.literal('3.1.0'), paths: z.record(z.string(), z.unknown()) }),
        example: { openapi: '3.1.0', info: { title: 'LMS Bridge', version: '1' }, paths: {} },
      },
    },
    problems: [],
  },
  getSwagger: {
    method: 'get',
    path: '/swagger.json',
    tag: 'App',
    summary: 'This description as Swagger 2.0, for custom connectors of Power Platform',
    access: 'anyone',
    answers: {
      200: {
        description: 'Swagger 2.0',
        schema: z.looseObject({ swagger: z.literal('2.0'), paths: z.record(z.string(), z.unknown()) }),
        example: { swagger: '2.0', info: { title: 'LMS Bridge', version: '1' }, paths: {} },
      },
    },
    problems: [],
  },
} satisfies Operations;
