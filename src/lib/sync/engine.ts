import type { Logger } from 'pino';
import type { Feed } from '../domain/feed';
import type { Run } from '../domain/run';
import type { Utc } from '../domain/time';
import type { SourceSettings } from '../settings/types';
import type { Destination, Origin } from '../destinations/destination';
import type { Source } from '../sources/source';
import type { CatalogLedger } from '../store/catalog-ledger';
import type { EnrolmentBatches } from '../store/enrolments';
import type { FeedStore } from '../store/feeds';
import type { Inbox } from '../store/inbox';
import type { LearnerLedger } from '../store/learner-ledger';
import type { LeaseStore } from '../store/leases';
import type { Pauses } from '../store/pauses';
import type { Quarantine } from '../store/quarantine';
import type { Registrations } from '../store/registrations';
import type { RunStore } from '../store/runs';
import type { WakeUps } from '../store/wakeups';

/** All that the sync works with. Built once, in app.ts. */
export interface Engine {
  readonly feeds: FeedStore;
  readonly runs: RunStore;
  readonly leases: LeaseStore;
  readonly catalogLedger: CatalogLedger;
  readonly learnerLedger: LearnerLedger;
  readonly quarantine: Quarantine;
  readonly pauses: Pauses;
  readonly inbox: Inbox;
  /** The webhooks that were created from here. */
  readonly registrations: Registrations;
  readonly enrolments: EnrolmentBatches;
  readonly wakeUps: WakeUps;
  /** @throws SettingsError when the source's settings are wrong, NotNamedError when there is no such source. */
  openSource(id: string): OpenSource;
  /** @throws SettingsError when the destination's settings are wrong, NotNamedError when there is no such destination. */
  openDestination(id: string): Destination;
  /** The ids of the destinations that a source's records go to. */
  destinationsOf(source: string): readonly string[];
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 up to 1. */
  random(): number;
  readonly log: Logger;
  readonly patience: Patience;
  /** Told at each step that a crash must not harm; awaited. */
  readonly onStep?: (step: Step, feed: Feed) => void | Promise<void>;
  /** Told as records go by, for a progress bar. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** Told when a part of a run is to be tried again, or waits for a pause that its system asked for. */
  readonly onRetry?: (retry: Retry) => void;
  /** Told once of each run that ends, or is skipped. */
  readonly onRunEnded?: (run: Run) => void;
  /** Told by every sweep. */
  readonly onWatermark?: (feed: Feed, watermark: Utc) => void;
}

export interface OpenSource {
  readonly source: Source;
  readonly settings: SourceSettings;
}

export interface OpenFeed extends OpenSource {
  readonly feed: Feed;
  readonly destination: Destination;
}

/** @throws as `openSource` and `openDestination`. */
export function openFeed(engine: Engine, { source, kind, destination }: Feed): OpenFeed {
  const feed = { source, kind, destination };
  return { ...engine.openSource(source), feed, destination: engine.openDestination(destination) };
}

/** What the ledger of a feed was made under: see `Destination.shape`. */
export const shapeOf = ({ destination, settings }: OpenFeed): string =>
  `${destination.shape}/${settings.sourceSystemId}`;

/** What the records of a run, or of an event, carry of where they come from. */
export const originOf = ({ source, settings }: OpenSource, createdAt: Utc): Origin => ({
  source: source.id,
  sourceSystemId: settings.sourceSystemId,
  baseUrl: settings.baseUrl,
  createdAt,
});

export type Step =
  | 'run row written'
  | 'plan staged'
  | 'plan committed'
  | 'message sent'
  | 'before post'
  | 'after post'
  | 'before done'
  | 'finish';

export interface RunProgress {
  readonly runId: string;
  readonly slice: number;
  readonly pages: number;
  readonly rows: number;
  /** How many rows the source counts in the slice, if it says so. */
  readonly expected?: number;
}

export interface Retry {
  readonly run: Run;
  readonly why: string;
  /** When, milliseconds since 1970. */
  readonly at: number;
  /** Which attempt comes next, and how many there are; undefined: it waits, which is no attempt. */
  readonly attempt?: { readonly next: number; readonly of: number };
}

/** How long the sync tries before it gives up. */
export interface Patience {
  /** Attempts at a plan or a slice. */
  readonly attempts: number;
  /** Before the second attempt, milliseconds; doubled for each further one. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** A worker takes one slice after another for so long, then others have a turn; milliseconds. */
  readonly laneMs: number;
  /** A slice or a plan that takes longer reschedules itself, to go on from there or in two halves; milliseconds. */
  readonly sliceBudgetMs: number;
  /** How often a worker looks whether its run was cancelled, milliseconds. */
  readonly cancelPollMs: number;
  readonly events: EventPatience;
}

/** How long a webhook's event is tried, and how events are gathered. */
export interface EventPatience {
  /** Attempts, then it is dead. */
  readonly attempts: number;
  /** Before the second attempt, milliseconds; doubled for each further one. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** While another worker is at the course, or more events of it come in, the next look is so many milliseconds away. */
  readonly busyMs: number;
  /** Events of one course that keep coming are gathered for so long, milliseconds. */
  readonly gatherMs: number;
}

export const defaultPatience: Patience = {
  attempts: 5,
  firstDelayMs: 15_000,
  longestDelayMs: 300_000,
  laneMs: 30_000,
  sliceBudgetMs: 8 * 60_000,
  cancelPollMs: 2_000,
  // Half a minute, doubled up to an hour: about five hours in all.
  events: {
    attempts: 12,
    firstDelayMs: 30_000,
    longestDelayMs: 3_600_000,
    busyMs: 2_000,
    gatherMs: 5_000,
  },
};

/** After so many attempts that failed. */
export const nextOf = ({ attempts }: Pick<Patience, 'attempts'>, failed: number): Retry['attempt'] => ({
  next: failed + 1,
  of: attempts,
});

/** When the next attempt is due, milliseconds from now: doubled each time, and spread so that workers do not march. */
export function retryDelayMs(
  patience: Pick<Patience, 'firstDelayMs' | 'longestDelayMs'>,
  attempt: number,
  random: () => number,
): number {
  const full = Math.min(patience.longestDelayMs, patience.firstDelayMs * 2 ** (attempt - 1));
  return full / 2 + (full / 2) * random();
}
