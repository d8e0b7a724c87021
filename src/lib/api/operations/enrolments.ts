import { enrolmentRequest } from '../enrolments';
import { enrolmentSchema } from '../schemas';
import type { Operation } from './operation';

/** The way out to the vendors. */
export const enrolmentOperations: readonly Operation[] = [
  {
    operationId: 'enrol',
    method: 'post',
    path: '/enrolments',
    tag: 'Enrolments',
    summary: 'Enrol a learner in a course',
    description:
      "Safe to repeat: one who is enrolled already stays so. The vendor's own no keeps its status.",
    headers: {
      'Idempotency-Key': {
        description: 'Any text of yours: a repeat with it gets the first answer, and nothing is done again',
        example: '6f1c2b9e-0d3a-4c55-9a41-2f0e8f7d1b63',
      },
    },
    body: {
      schema: enrolmentRequest,
      required: true,
      examples: {
        learner: {
          source: 'khalibre',
          courseId: '1042',
          learner: { email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' },
        },
      },
    },
    answers: {
      201: {
        description: 'The learner is in the course',
        schema: enrolmentSchema,
        example: { source: 'khalibre', courseId: '1042', enrolled: true },
      },
    },
    problems: [400, 403, 404, 409, 422, 501, 502],
  },
];
