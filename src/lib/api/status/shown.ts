import type { Feed } from '../../domain/feed';
import type { Utc } from '../../domain/time';
import type { SettingsProblem } from '../../errors';
import type { Pause } from '../../store/pauses';
import type { BatchView } from '../enrolment-list';
import type { EventView } from '../events';
import type { RunView } from '../run-view';
import type { StatusFilter } from './filter';
import type { View } from './view';

/** All that the page shows, at one time. */
export interface StatusModel extends View {
  /** What it is about. */
  readonly filter: StatusFilter;
  readonly verdict: StatusVerdict;
  /** What of the settings harms nobody and needs a look. */
  readonly warnings: readonly SettingsProblem[];
  readonly feeds: readonly FeedStatus[];
  /** Systems that asked to be left alone. */
  readonly pauses: readonly Pause[];
  /** Runs that have not ended, oldest first. */
  readonly open: readonly OpenRun[];
  readonly quarantine: Reasons;
  /** The newest batches of enrolments. */
  readonly batches: readonly BatchView[];
  /** Dead events. */
  readonly events: Listed<EventView>;
  /** The newest runs. */
  readonly runs: readonly RunView[];
  readonly moreRuns: boolean;
}

export interface FeedStatus extends Feed {
  readonly sourceKind: string | undefined;
  /** What is wrong with the source's settings. */
  readonly problems: readonly SettingsProblem[];
  readonly enabled: boolean;
  /** The app's timer for feeds of this kind is switched off. */
  readonly timerOff: boolean;
  /** The last real one. */
  readonly last: RunView | undefined;
  /** A dry run that is newer than `last`. */
  readonly dryRun: RunView | undefined;
  /** Real runs, newest first. */
  readonly history: readonly Pick<RunView, 'state' | 'counts'>[];
  /** How far it is behind, milliseconds; undefined when it never ran to its end. */
  readonly lagMs: number | undefined;
  /** That is more than its schedule explains. */
  readonly isLate: boolean;
  readonly nextDue: Utc | undefined;
}

export interface OpenRun {
  readonly run: RunView;
  /** 0 to 1; undefined while there is nothing to tell it by. */
  readonly done: number | undefined;
  readonly rowsPerSecond: number | undefined;
  readonly secondsLeft: number | undefined;
}

/** Quarantined records of one feed with one reason. */
export interface ReasonGroup extends Feed {
  readonly reason: string;
  readonly status?: number;
  readonly count: number;
  /** When the newest was met, and by which run. */
  readonly at: Utc;
  readonly runId: string;
  /** A few of them. */
  readonly courseIds: readonly string[];
}

/** The most frequent first; `count` is of records. */
export interface Reasons extends Listed<ReasonGroup> {
  readonly groups: number;
}

/** The first few, and how many there are; `more` when not even all were counted. */
export interface Listed<T> {
  readonly first: readonly T[];
  readonly count: number;
  readonly more: boolean;
}

/** `good`: nothing to do. `look`: it works, something waits for a person. `bad`: something does not work. */
export type Level = 'good' | 'look' | 'bad';

export interface StatusVerdict {
  readonly level: Level;
  /** A few words. */
  readonly headline: string;
  /** Why, a sentence each, the worst first. */
  readonly reasons: readonly string[];
}
