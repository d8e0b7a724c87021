import type { Course } from '../domain/course';
import type { Mapped } from '../domain/mapped';
import type { LearnerResult } from '../domain/learner-result';
import type { Note } from '../domain/notes';
import type { Utc, Window } from '../domain/time';
import type { SettingsProblem } from '../errors';
import type { Call } from './call';
import type { Enrolments, Entities, Learners, SignIns } from './way-out';
import type { NamedEvents, WebhookAdmin } from './webhook-side';

export type { Call } from './call';
export type * from './way-out';
export type * from './webhook-side';

/** An LMS instance. Made by its sourceKind's `index.ts`; the engine knows nothing else of a vendor. */
export interface Source {
  readonly id: string;
  readonly sourceKind: string;
  /** What to set when the results name no addresses, as half a sentence. */
  readonly addressAdvice?: string;
  /** What of its settings works and may be wrong all the same, for `check`. */
  readonly doubts?: readonly SettingsProblem[];
  /** Undefined when the vendor publishes no catalog. */
  readonly catalog?: CatalogFeed;
  /** Undefined when the vendor publishes no results. */
  readonly consumption?: WindowedFeed | ScannedFeed;
  /** Undefined when the vendor lets nobody else enrol a learner. */
  readonly enrolments?: Enrolments;
  /** Undefined when the vendor does not tell who its learners are. */
  readonly learners?: Learners;
  /** Undefined when the vendor does not tell into what its learners are divided. */
  readonly entities?: Entities;
  /** Undefined when the vendor signs nobody in on our word. */
  readonly signIns?: SignIns;
  /** For a vendor whose webhooks name no event: each has an address of its own. */
  readonly namedEvents?: NamedEvents;
  /** Undefined when the vendor's webhooks can be set up by hand alone. */
  readonly webhookAdmin?: WebhookAdmin;
  /** Set when the vendor tells of what changes, by webhook. */
  readonly webhooks?: true;
}

/** A page of something that is read from its beginning to its end. */
export interface ListingPage<T> {
  readonly rows: readonly Mapped<T>[];
  /** Where the next page starts; undefined on the last one. Opaque, short enough to store. */
  readonly next: string | undefined;
  /** How many rows the server says there are in all, if it says so. */
  readonly total?: number;
  /**
   * True when the page before promised this one and the server has none: the list ended there, and what it counted
   * was an estimate.
   */
  readonly absent?: boolean;
  /** What the operator should know of this page and is no error; names no person. */
  readonly notes?: readonly Note[];
}

/** Catalogs name no modification date that a server filters by: they are read whole and compared. */
export interface CatalogFeed {
  /** @param cursor `next` of the page before; undefined for the first. */
  page(cursor: string | undefined, call: Call): Promise<ListingPage<Course>>;
  /** The course as it is now; `unmapped` when its answer cannot be mapped; undefined when gone or hidden. */
  read(courseId: string, call: Call): Promise<Mapped<Course> | undefined>;
}

/** Consumption that the source filters by modification time. */
export interface WindowedFeed {
  readonly type: 'windowed';
  /** IANA name of the zone in which the server reads times without a zone. */
  readonly timeZone: string;
  /** Rows a full page holds. */
  readonly pageSize: number;
  /** How many rows the window has (one call, as small as the server allows), and the server's own clock. */
  count(window: Window | undefined, call: Call): Promise<WindowCount>;
  /** @param page from 1. Undefined when the server has no such page (it shrank meanwhile). */
  page(window: Window, page: number, call: Call): Promise<WindowPage | undefined>;
  /** Maps a stored row again, after a fix. */
  map(raw: unknown): Mapped<LearnerResult>;
}

export interface WindowCount {
  readonly count: number;
  readonly serverTime: Utc;
}

export interface WindowPage {
  readonly rows: readonly Mapped<LearnerResult>[];
  /** Rows in the whole window as the server counts them now. */
  readonly count: number;
  /** Pages in the whole window as the server cuts them. */
  readonly pages: number;
  /** What the operator should know of this page and is no error; names no person. */
  readonly notes?: readonly Note[];
}

/** A page of the ids of a source's courses. */
export interface CourseIdPage {
  /** Set when the list ended before the server said it would, e.g. `page 2 of 5 was empty`: it was not read whole. */
  readonly cutShort?: string;
  readonly ids: readonly string[];
  readonly next: string | undefined;
  /** What the operator should know of this page and is no error; names no person. */
  readonly notes?: readonly Note[];
}

/** Consumption that must be read whole, a course at a time, and compared with the ledger. */
export interface ScannedFeed {
  readonly type: 'scanned';
  /** The courses to read, a page of ids at a time. */
  courses(cursor: string | undefined, call: Call): Promise<CourseIdPage>;
  /** The results of one course. A course that is gone is an empty page. */
  page(courseId: string, cursor: string | undefined, call: Call): Promise<ListingPage<LearnerResult>>;
  /**
   * The results of one learner in all courses; left out when the vendor has no such call.
   * @param courseId all that is wanted is in this course: a vendor that can be asked for no more is asked for that.
   */
  learnerPage?(
    email: string,
    cursor: string | undefined,
    call: Call,
    courseId?: string,
  ): Promise<ListingPage<LearnerResult>>;
}
