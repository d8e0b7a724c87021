import type { Note } from '../domain/notes';
import type { Call } from './call';

/* What a source may offer beside its feeds. A sourceKind leaves out what its vendor cannot do. */

/** The way out: a learner is put into a course, or taken out of it. */
export interface Enrolments {
  /**
   * Looks over what is to be asked, without asking: what the vendor needs in any case, and what it has no place for.
   * `enrol` and `remove` look as well. @throws InputError
   */
  check(enrolment: Enrolment): void;
  /**
   * Enrols a learner. Safe to repeat: one who is enrolled already stays so.
   * @throws InputError for what cannot be asked for; RefusedError when the vendor says no, with its own short
   * reason where it has one; RetryableError when nobody can tell whether it happened.
   */
  enrol(enrolment: Enrolment, call: Call): Promise<{ readonly enrolled: true }>;
  /**
   * Takes a learner out; what was reached there may be lost. Safe to repeat. Left out when the vendor has no such
   * call. @throws as `enrol` does.
   */
  remove?(enrolment: Enrolment, call: Call): Promise<{ readonly removed: true }>;
}

/** What a vendor needs and does not find here, it names in an InputError. */
export interface Enrolment {
  /** T-book: left out, since its courses are had by `filter` and `location`. All others need it. */
  readonly courseId?: string;
  readonly learner: Person;
  /** Khalibre: the community in which the course is taken; may be left out where there is only one. */
  readonly communityId?: string;
  /** Academy of Mine: the portal. T-book: the entity, which a learner who is new there needs. */
  readonly entityId?: string;
  /** T-book: these and the locations name the sessions. They add to those that the learner has. */
  readonly filter?: readonly string[];
  /** T-book. */
  readonly location?: readonly string[];
  /** T-book: whether the learner is at once assigned to the courses of these sessions (true). */
  readonly assignation?: boolean;
}

/** Who is meant. The names are needed where a learner is made who was not there. */
export interface Person {
  readonly email: string;
  /** The learner's id at the source, where the address alone does not tell who is meant. */
  readonly id?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  /** T-book: needed for one who is new there. */
  readonly civility?: 'm' | 'mme';
  /** T-book: the learner's number on one's own platform. */
  readonly externalId?: string;
}

/** A page of a directory. Rows that cannot be read are left out and counted in a note. */
export interface DirectoryPage<T> {
  readonly rows: readonly T[];
  /** Where the next page starts; undefined on the last one. Opaque. */
  readonly next: string | undefined;
  /** Names no person. */
  readonly notes?: readonly Note[];
}

export interface Learner {
  readonly id: string;
  /** Lower-cased; left out where the vendor's list tells none. */
  readonly email?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly entityId?: string;
  readonly entityName?: string;
  /** Left out where the vendor does not say. */
  readonly disabled?: boolean;
  /** T-book: the words that put the learner into sessions. */
  readonly filter?: readonly string[];
  readonly location?: readonly string[];
}

/** Read through, never kept. */
export interface Learners {
  /** @param entityId only the learners of one entity. @throws InputError when the vendor cannot tell them apart. */
  page(cursor: string | undefined, call: Call, entityId?: string): Promise<DirectoryPage<Learner>>;
  /** @returns undefined when there is no such learner. */
  read(learnerId: string, call: Call): Promise<Learner | undefined>;
  /** By mail address; left out when the vendor has no such call. */
  find?(email: string, call: Call): Promise<Learner | undefined>;
}

/** A part of the organisation: an entity of T-book, a portal of Academy of Mine. */
export interface Entity {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly language?: string;
}

export interface Entities {
  page(cursor: string | undefined, call: Call): Promise<DirectoryPage<Entity>>;
  /** Left out when the vendor has no such call. @returns undefined when there is no such entity. */
  read?(entityId: string, call: Call): Promise<Entity | undefined>;
  /** The organisation to which they all belong; left out when the vendor does not tell. */
  organisation?(call: Call): Promise<{ readonly name: string; readonly description?: string }>;
}

/**
 * Ways to open the vendor's pages as a learner. Each answer signs somebody in: it is a credential, handed to the
 * caller and to nobody else. It is not stored, and not logged.
 */
export interface SignIns {
  /** A link that works once, for a short time. */
  link(request: SignInRequest, call: Call): Promise<SignInLink>;
  /** A form that the learner's browser posts (LTI 1.1). The learner is made when not there. */
  ltiLaunch?(launch: LtiLaunch): Promise<LtiForm>;
}

export interface SignInRequest {
  /** By mail address or by the number on one's own platform: one of the two. */
  readonly email?: string;
  readonly externalId?: string;
  readonly role?: 'learner' | 'teacher';
  /** Where the browser goes when it fails. */
  readonly errorUrl: string;
}

export interface SignInLink {
  readonly url: string;
  readonly expiresInSeconds: number;
}

export interface LtiLaunch {
  readonly entityId: string;
  readonly learner: Person;
  readonly filter?: readonly string[];
  readonly location?: readonly string[];
  readonly assignation?: boolean;
  /** The vendor shows the request instead of signing in. */
  readonly debug?: boolean;
}

export interface LtiForm {
  /** Where it is posted, as `application/x-www-form-urlencoded`. */
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}
