import { z } from 'zod';
import { learnersQuery, pageQuery, pathPart, progressSearch } from '../sources/requests';
import {
  coursesSchema,
  courseSchema,
  entitiesSchema,
  learnerSchema,
  learnersSchema,
  progressPageSchema,
  sourcesSchema,
} from '../sources/schemas';
import type { Operations } from './operation';

const sourcePart = (example: string) => ({ source: pathPart('The id of the source', example) });
const asked = [404, 501, 502, 504] as const;

const course = {
  id: '1042',
  name: 'Fire safety',
  url: 'https://lms.example.com/courses/1042',
  language: 'en',
  start: '2026-01-05T00:00:00Z',
};
const learner = {
  id: '1',
  email: 'ann@example.com',
  firstName: 'Ann',
  lastName: 'Lee',
  entityId: '24',
  entityName: 'North',
  filter: ['Session 1'],
  location: ['Paris'],
};

/** What the vendors have now: read when asked, never kept. */
export const sourceOperations = {
  listSources: {
    method: 'get',
    path: '/sources',
    tag: 'Sources',
    summary: 'List the sources, and what each can do',
    description: 'No vendor is asked. A source whose settings are wrong is listed with what is wrong.',
    answers: {
      200: {
        description: 'All of them',
        schema: sourcesSchema,
        example: {
          sources: [
            {
              id: 'khalibre',
              sourceKind: 'khalibre',
              sourceSystemId: '17',
              enabled: true,
              capabilities: {
                catalog: true,
                consumption: { type: 'scanned', byLearner: true },
                enrolments: { enrol: true, remove: false },
                learners: false,
                entities: false,
                signIns: { link: false, ltiLaunch: false },
                webhooks: true,
              },
            },
            { id: 'other', problems: [{ setting: 'LMS__other__kind', message: 'is missing' }] },
          ],
        },
      },
    },
    problems: [],
  },
  listCourses: {
    method: 'get',
    path: '/sources/{source}/courses',
    tag: 'Sources',
    summary: "List a source's courses",
    description: 'Read from the vendor now, a page at a time.',
    parts: z.object(sourcePart('khalibre')),
    query: pageQuery,
    answers: {
      200: {
        description: 'A page of courses',
        schema: coursesSchema,
        example: {
          courses: [course],
          unreadable: 1,
          notes: ['the course has no title (1 row)'],
          next: 'WyJhIl0',
        },
      },
    },
    problems: asked,
  },
  getCourse: {
    method: 'get',
    path: '/sources/{source}/courses/{id}',
    tag: 'Sources',
    summary: 'Read one course',
    description: 'Read from the vendor now. 404 when it is gone or hidden.',
    parts: z.object({
      ...sourcePart('khalibre'),
      id: pathPart('The id of the course, percent-encoded: `course-v1%3AExampleX%2BC1%2B2026`', '1042'),
    }),
    answers: { 200: { description: 'The course', schema: courseSchema, example: course } },
    problems: asked,
  },
  listLearners: {
    method: 'get',
    path: '/sources/{source}/learners',
    tag: 'Sources',
    summary: "List a source's learners",
    description:
      'Read from the vendor now, a page at a time. Rows that cannot be read are counted in `notes`.',
    parts: z.object(sourcePart('tbook')),
    query: learnersQuery,
    answers: {
      200: {
        description: 'A page of learners',
        schema: learnersSchema,
        example: { learners: [learner], next: 'WyJhIl0' },
      },
    },
    problems: [...asked, 422],
  },
  getLearner: {
    method: 'get',
    path: '/sources/{source}/learners/{id}',
    tag: 'Sources',
    summary: 'Read one learner',
    parts: z.object({
      ...sourcePart('tbook'),
      id: pathPart('The id of the learner at the source; no mail address', '1'),
    }),
    answers: { 200: { description: 'The learner', schema: learnerSchema, example: learner } },
    problems: asked,
  },
  listEntities: {
    method: 'get',
    path: '/sources/{source}/entities',
    tag: 'Sources',
    summary: "List into what a source's learners are divided",
    parts: z.object(sourcePart('tbook')),
    query: pageQuery,
    answers: {
      200: {
        description: 'A page of entities',
        schema: entitiesSchema,
        example: { entities: [{ id: '24', name: 'North', description: 'All of the north', language: 'FR' }] },
      },
    },
    problems: asked,
  },
  searchProgress: {
    method: 'post',
    path: '/sources/{source}/progress/search',
    tag: 'Sources',
    summary: "Search learners' results at a source",
    description:
      'Read from the vendor now, a page at a time. A windowed source is asked by modification time, and `courseId` and `learner` filter each of its pages; a scanned one is asked for a course, or for a learner where it can be (`byLearner`). So a page may be empty and have a `next`: the end is where there is none. Rows that change while pages turn may come twice or not at all.',
    parts: z.object(sourcePart('khalibre')),
    body: {
      schema: progressSearch,
      required: true,
      examples: {
        course: { courseId: '1042', limit: 20 },
        learner: { learner: 'ann@example.com' },
      },
    },
    answers: {
      200: {
        description: 'A page of results',
        schema: progressPageSchema,
        example: {
          progress: [
            {
              courseId: '1042',
              email: 'ann@example.com',
              status: 'InProgress',
              percent: 0.5,
              at: '2026-03-02T10:15:00Z',
            },
          ],
          unreadable: 0,
        },
      },
    },
    problems: [...asked, 422],
  },
} satisfies Operations;
