import type { Feed } from '../domain/feed';
import type { Run } from '../domain/run';
import type { Utc } from '../domain/time';
import type { CallFact } from '../http/client';

/** What the app counts and measures. Nothing here names a person, a course or a path. */
export interface Metrics {
  /** One attempt of a call. @param system a source's id, or a destination's system. */
  called(system: string, fact: CallFact): void;
  /** A system asked to be left alone for so much longer than was known. */
  throttled(system: string, seconds: number): void;
  /** A run has ended; to be told once. */
  runEnded(run: Run): void;
  /** How far a feed has been delivered; told by every sweep. */
  watermark(feed: Feed, watermark: Utc): void;
  /** Sends what has not been sent, within 3 s. Never throws. */
  flush(): Promise<void>;
}
