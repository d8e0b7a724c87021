import type { Course } from '../domain/course';
import type { FeedKind } from '../domain/feed';
import type { LearnerResult } from '../domain/learner-result';
import type { Utc } from '../domain/time';
import type { SettingsProblem } from '../errors';

/** Where records go. This contract knows no destination's field names. */
export interface Destination {
  readonly takes: readonly FeedKind[];
  /**
   * Stands for the settings that say where records go and what they look like there: what was told under another one
   * is not known here.
   */
  readonly shape: string;
  /** What must be set before anything can be sent: until then only dry runs work. */
  readonly missing?: readonly SettingsProblem[];
  readonly limits: DestinationLimits;
  /** @throws never: a record that cannot be written is skipped or unmappable, and says why. */
  encodeCourse(course: Course, to: Origin): Encoded;
  encodeProgress(progress: LearnerResult, to: Origin): Encoded;
  /** The record that withdraws what was sent. @param lastJson what `encodeCourse` last gave for the course. */
  encodeDeletion(lastJson: string, to: Origin): string;
  /**
   * Sends one batch. Resolves only when the sink has acknowledged it: 2xx with a body that carries no error.
   * @returns of a sink that answers for each record by itself: those that it did not take.
   * @throws RefusedError (400, 413, 422, or a 200 that carries an error), AuthError, RetryableError, PayloadError, WaitError.
   */
  send(batch: Batch, delivery: PostOptions): Promise<NotTaken | void>;
}

/** By a record's place in its batch, what became of it. A record that is not named was acknowledged. */
export type NotTaken = ReadonlyMap<number, NotTakenBecause>;

export type NotTakenBecause =
  /** A RefusedError is of this record alone; after any other it is not known to have arrived, and is sent again. */
  | { readonly error: Error }
  /** There is nobody to be told, for one of few reasons, which names nobody. */
  | { readonly skipped: string };

export interface DestinationLimits {
  /** Records a batch. */
  readonly batchSize: number;
  /** Bytes of body a batch. */
  readonly batchBytes: number;
  /** Batches of one slice in flight. */
  readonly concurrency: number;
  /** The deadline of a batch: no answer by then is a failure. */
  readonly deadlineMs: number;
}

/** The source as the destination knows it, and the run's own time. */
export interface Origin {
  /** Its id. */
  readonly source: string;
  readonly sourceSystemId: string;
  /** Its address, without a slash at the end. */
  readonly baseUrl: string;
  /** The same for all records of a run, so that the same record has the same bytes. */
  readonly createdAt: Utc;
}

export type Encoded = EncodedRecord | { readonly ok: false; readonly skipped: string };

/** What costs much to make is made when it is asked for, each time: ask once. */
export interface EncodedRecord {
  readonly ok: true;
  /** Names the record at the sink (the ExternalId; the learner and the ExternalId). */
  readonly key: string;
  readonly json: string;
  /** Covers what is compared to find a change: the mapped record, not the wire form. 8 bytes, hex. */
  readonly hash: string;
}

export interface Batch {
  readonly kind: FeedKind;
  readonly sourceSystemId: string;
  /** The JSON array of records as `encode…` gave them: the body. */
  readonly json: Uint8Array;
  /** Records in it. */
  readonly count: number;
}

export interface PostOptions {
  readonly signal: AbortSignal;
  readonly idempotencyKey: string;
  /** Called right before bytes leave; throws LeaseLostError when they must not. */
  readonly fence: () => void;
  /** As `HttpCall` has it: a batch that has left is not aborted, and one without an answer may still land. */
  readonly mayLandUntil: (until: number) => void;
}
