import type { ServerOptions } from '../server';

/** How this Open edX is set up. All of it can be changed while it runs, but for what makes the data. */
export interface OpenEdxOptions extends ServerOptions {
  /** Makes the data: the same seed gives the same courses, learners and grades. */
  seed: number;
  courses: number;
  learners: number;
  grades: number;
  /** Grades that change per minute while it runs; 0: none. */
  activity: number;
  /** First and last modification time of the generated grades, milliseconds since 1970. */
  gradesFrom: number;
  gradesTo?: number;
  clientId: string;
  clientSecret: string;
  /** A token that never expires, for callers that were given one by hand. */
  accessToken?: string;
  /** Who the client's tokens belong to. */
  username: string;
  tokenSeconds: number;
  /** When set, bulk grades also want it as X-Edx-Api-Key. */
  apiKey?: string;
  /** Global staff: sees staff-visible courses and everybody's grades. */
  staff: boolean;
  /** Superuser and named in BULK_GRADES_API_ADMIN_USERNAME. */
  bulkAdmin: boolean;
  /** The fork's bulk grades; without it the path is 404, as on a standard Open edX. */
  bulkGrades: boolean;
  /** With its own name, staff is shown hidden courses too (marked `hidden: true`). */
  staffSeesHidden: boolean;
  defaultPageSize: number;
  coursesMaxPageSize: number;
  gradesMaxPageSize: number;
  honourPageSize: boolean;
  startBound: 'inclusive' | 'exclusive';
  endBound: 'inclusive' | 'exclusive';
  order: 'modified' | 'id' | 'unstable';
  /** IANA name of the zone in which times without a zone are read. */
  timeZone: string;
  /** What bulk rows carry as `username`. */
  usernames: 'email' | 'plain';
  /** Whether the course-grades API tells addresses (a standard server does so for `masters` alone: none). */
  courseGradeEmails: 'all' | 'none';
  /**
   * The course list counts what it has before it looks who may see it, as LazySequence does: `count` and the number
   * of pages are exact on the last page alone, and a page that was promised can be 404.
   */
  estimatedCounts: boolean;
  /** Bulk grades that are counted, in every window, and never given: their pages are 404. */
  phantomGrades: number;
  /** So many grades have a second row: of another account with the same address, in capitals, which got less far. */
  twinGrades: number;
  /** Calls of the course list that one user may make a minute. */
  courseListPerMinute?: { readonly user: number; readonly staff: number };
  /** Whether that 429 has a Retry-After; before the newest releases its text alone says how long to wait. */
  throttleNamesWait: boolean;
  /** Courses that the listing leaves out, whether it counts them or not; their own pages are there. */
  listingLacks?: { readonly ids: ReadonlySet<string>; readonly counted: boolean };
  /** The server's own idea of its address: what `next` and `previous` begin with, when not the caller's. */
  linksTo?: string;
}

/** What a real server allows (CourseListUserThrottle of edx-platform). */
export const realThrottle = { user: 20, staff: 40 };

export const openEdxDefaults: OpenEdxOptions = {
  seed: 1,
  courses: 240,
  learners: 1500,
  grades: 12_000,
  activity: 0,
  gradesFrom: Date.UTC(2015, 1, 1),
  clientId: 'lms-bridge',
  clientSecret: 'sandbox-edx-secret',
  username: 'bridge',
  tokenSeconds: 3600,
  staff: true,
  bulkAdmin: true,
  bulkGrades: true,
  staffSeesHidden: false,
  defaultPageSize: 10,
  coursesMaxPageSize: 100,
  gradesMaxPageSize: 100,
  honourPageSize: true,
  startBound: 'inclusive',
  endBound: 'inclusive',
  order: 'modified',
  timeZone: 'UTC',
  usernames: 'email',
  estimatedCounts: false,
  phantomGrades: 0,
  twinGrades: 0,
  throttleNamesWait: true,
  courseGradeEmails: 'all',
};
