import type { ServerOptions } from '../server';

/** What `eventList` is taken as: the document's words say values, its example is a title. `none`: refuses all. */
export type EventListForm = 'either' | 'values' | 'titles' | 'none';

/** How this Academy of Mine is set up. All of it can be changed while it runs, but for what makes the data. */
export interface AcademyOptions extends ServerOptions {
  /** Makes the data: the same seed gives the same courses, users and enrolments. */
  seed: number;
  courses: number;
  learners: number;
  /** Courses that a learner is in, on average. */
  coursesPerLearner: number;
  learningPaths: number;
  /** Changes per minute while it runs; 0: none. */
  activity: number;
  accessToken: string;
  /** By whose clock dates are written. */
  timeZone: string;
  /** `mixed`: every row of a report writes its dates in another of the documented forms. */
  dates: 'mixed' | 'iso';
  maxPageSize: number;
  honourPage: boolean;
  /** The list of users tells no addresses, as documented. */
  listsEmails: boolean;
  /** Addresses of users whom it leaves out: no search finds them. */
  unlisted: readonly string[];
  /** Who is in a course through one portal is not enrolled through another. */
  oneEnrolmentACourse: boolean;
  /** Courses that are listed and, by their id, are 404. */
  notFoundById: readonly number[];
  /** `failed`: webhooks do not get through, and the log says so; `lost`: it does not even say so. */
  deliveries: 'sent' | 'failed' | 'lost';
  /** Webhooks name no course. */
  opaqueEvents: boolean;
  /** The log shows what was sent. In the vendor's sample it does not. */
  logShowsData: boolean;
  /** Its list has no pages: what is beyond is counted, and not shown. */
  mostWebhooksListed: number;
  eventList: EventListForm;
}

export const academyDefaults: AcademyOptions = {
  seed: 5,
  courses: 40,
  learners: 240,
  coursesPerLearner: 3,
  learningPaths: 4,
  activity: 0,
  accessToken: 'sandbox+academy/token==',
  timeZone: 'America/New_York',
  dates: 'mixed',
  maxPageSize: 500,
  honourPage: true,
  listsEmails: false,
  unlisted: [],
  oneEnrolmentACourse: false,
  notFoundById: [],
  deliveries: 'sent',
  opaqueEvents: false,
  logShowsData: true,
  mostWebhooksListed: 100,
  eventList: 'either',
};

/** Where this one has its operations: invented, since the vendor publishes none. As LMS Bridge's setting takes it. */
export const academyOperations = {
  'courses.list': { method: 'GET', path: '/api/courses/list' },
  'courses.get': { method: 'GET', path: '/api/courses/{id}/details' },
  'courses.detailReport': { method: 'POST', path: '/api/reports/course-detail' },
  'categories.courseLookup': { method: 'GET', path: '/api/categories/course-lookup' },
  'users.list': { method: 'GET', path: '/api/users/list' },
  'users.get': { method: 'GET', path: '/api/users/{id}/show' },
  'users.create': { method: 'POST', path: '/api/users' },
  'courses.enroll': { method: 'POST', path: '/api/courses/{id}/enroll' },
  'courses.enrolledLearners': { method: 'GET', path: '/api/courses/enrolled-learners' },
  'courses.remove': { method: 'POST', path: '/api/courses/{id}/remove' },
  'portals.list': { method: 'GET', path: '/api/portals/list' },
  'webhooks.list': { method: 'GET', path: '/api/webhooks/list' },
  'webhooks.create': { method: 'POST', path: '/api/webhooks' },
  'webhooks.update': { method: 'PUT', path: '/api/webhooks/{id}' },
  'webhooks.log': { method: 'GET', path: '/api/webhooks/{id}/log' },
  'learningPaths.list': { method: 'GET', path: '/api/learning-paths/list' },
  'learningPaths.get': { method: 'GET', path: '/api/learning-paths/details' },
} as const;
