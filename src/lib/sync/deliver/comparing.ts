import type { Feed } from '../../domain/feed';
import type { Destination, Origin } from '../../destinations/destination';
import type { Engine } from '../engine';
import type { Hold } from './post';
import type { Tally } from './tally';

/** What a run's slice and a webhook's event have in hand when they compare a course. */
export interface CompareCourse {
  readonly engine: Engine;
  readonly feed: Feed;
  readonly destination: Destination;
  readonly tally: Tally;
  readonly signal: AbortSignal;
  /** Of the idempotency keys: the run and slice, or the event. */
  readonly keyPrefix: string;
  readonly to: Origin;
  readonly dryRun: boolean;
  /** Send also what is unchanged. */
  readonly force: boolean;
  /** The worker's own lease, if it has one; the course's is taken here. */
  readonly hold?: Hold;
  /** Told after each page, with how many pages this go has read, and how many rows the course has shown so far. */
  readonly onPage?: (pages: number, rows: number) => void;
}
