import { mostBatchBytes } from '../../enrolments/check-rows';
import { columnNames, mostRows } from '../../enrolments/read-rows';
import { enrolmentRequest } from '../../enrolments/request';
import { z } from 'zod';
import { batchesQuery, batchQuery } from '../requests';
import { batchSchema, batchesSchema, enrolmentSchema, removalSchema, startedBatchSchema } from '../schemas';
import type { Operations } from './operation';

const headers = z.object({
  'Idempotency-Key': z
    .string()
    // An empty one comes of a variable that is not set: taken for a key, it would be everybody's.
    .refine(
      (key) => key.trim() !== '',
      'is empty; give each request a text of its own, or leave the header out',
    )
    .optional()
    .meta({
      description: 'Any text of yours: a repeat with it gets the first answer, and nothing is done again',
      examples: ['6f1c2b9e-0d3a-4c55-9a41-2f0e8f7d1b63'],
    }),
});
const oneOrMany = z.union([enrolmentRequest, z.array(enrolmentRequest).max(mostRows)]);
const batchId = '0f8c1d2b3a4e5f60718293a4b5c6d7e8';
const taken = {
  description: 'Many were taken in; the address says how far they are',
  schema: startedBatchSchema,
  example: { batchId, url: `https://example.com/api/enrolments/${batchId}`, total: 2 },
};
const many = `Many: a JSON array, or CSV with a header (${columnNames.join(', ')}; several words of filter and location by semicolon); ${mostRows} rows and ${mostBatchBytes} bytes at the most. All are looked over first: a bad row is 400, with the number of each (the line of the file, where the header is line 1, or the place in the array from 1), and nothing is done.`;
const csvOf = (...lines: string[]) => ({
  'text/csv': { description: 'UTF-8, with a header', example: `${lines.join('\r\n')}\r\n` },
});

/** Enrolments: the way out to the vendors. */
export const enrolmentOperations = {
  enrol: {
    method: 'post',
    path: '/enrolments',
    tag: 'Enrolments',
    summary: 'Enrol one learner, or many',
    description: `Safe to repeat: one who is enrolled already stays so. The vendor's own no keeps its status. After a 5xx, or no answer, nobody can tell whether it happened: send the same again, with the same key; the vendor is asked first. ${many}`,
    headers,
    body: {
      schema: oneOrMany,
      required: true,
      raw: true,
      examples: {
        learner: {
          source: 'khalibre',
          courseId: '1042',
          learner: { email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' },
        },
        'several learners': [
          { source: 'khalibre', courseId: '1042', learner: { email: 'ann@example.com' } },
          { source: 'khalibre', courseId: '1042', communityId: '55', learner: { email: 'bob@example.com' } },
        ],
      },
      otherTypes: csvOf(
        'source,courseId,email,firstName,lastName',
        'khalibre,1042,ann@example.com,Ann,Lee',
        'khalibre,1042,bob@example.com,Bob,Day',
      ),
    },
    answers: {
      201: {
        description: 'The learner is in the course',
        schema: enrolmentSchema,
        example: { source: 'khalibre', courseId: '1042', enrolled: true },
      },
      202: taken,
    },
    problems: [404, 409, 422, 501, 502],
  },
  removeEnrolment: {
    method: 'post',
    path: '/enrolments/remove',
    tag: 'Enrolments',
    summary: 'Take one learner out of a course, or many',
    description: `What was reached there may be lost. Safe to repeat, as enrolling is. ${many}`,
    headers,
    body: {
      schema: oneOrMany,
      required: true,
      raw: true,
      examples: {
        learner: { source: 'academyofmine', courseId: '12', learner: { email: 'ann@example.com' } },
        'several learners': [
          { source: 'academyofmine', courseId: '12', learner: { email: 'ann@example.com' } },
          { source: 'academyofmine', courseId: '12', learner: { email: 'bob@example.com' } },
        ],
      },
      otherTypes: csvOf('source,courseId,email', 'academyofmine,12,ann@example.com'),
    },
    answers: {
      200: {
        description: 'The learner is not in the course',
        schema: removalSchema,
        example: { source: 'academyofmine', courseId: '12', removed: true },
      },
      202: taken,
    },
    problems: [404, 409, 422, 501, 502],
  },
  listEnrolments: {
    method: 'get',
    path: '/enrolments',
    tag: 'Enrolments',
    summary: 'List the batches of enrolments and removals, newest first',
    query: batchesQuery,
    answers: {
      200: {
        description: 'A page of batches, without their rows',
        schema: batchesSchema,
        example: {
          enrolments: [
            {
              batchId,
              action: 'enrol',
              state: 'done',
              createdAt: '2026-03-02T10:15:00Z',
              counts: { total: 2, done: 1, failed: 1, pending: 0 },
              url: `https://example.com/api/enrolments/${batchId}`,
            },
          ],
        },
      },
    },
    problems: [],
  },
  getEnrolments: {
    method: 'get',
    path: '/enrolments/{batchId}',
    tag: 'Enrolments',
    summary: 'How far many enrolments or removals are',
    parts: z.object({
      batchId: z
        .string()
        .meta({ description: 'As the answer named it that took them in', examples: [batchId] }),
    }),
    query: batchQuery,
    answers: {
      200: {
        description: 'Counts, and a page of rows in their order',
        schema: batchSchema,
        example: {
          batchId,
          state: 'done',
          counts: { total: 2, done: 1, failed: 1, pending: 0 },
          results: [
            { row: 1, state: 'enrolled', status: 201 },
            { row: 2, state: 'failed', error: 'The course is over', status: 409 },
          ],
        },
      },
    },
    problems: [404],
  },
} satisfies Operations;
