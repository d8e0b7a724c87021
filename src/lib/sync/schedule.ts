import { Cron } from 'croner';
import type { FeedKind } from '../domain/feed';
import { later, toMs, utc, type Utc } from '../domain/time';
import type { Settings, SourceSettings } from '../settings/types';
import type { Source } from '../sources/source';

/** When a feed runs by itself. Six fields each, UTC. */
export interface FeedSchedule {
  /** The timer that looks after the feeds of its kind. */
  readonly timer: string;
  /** The feed's own schedule, which thins the timer's: it runs at the first tick after its occurrence. */
  readonly own: string | undefined;
}

// A scan reads everything, which is too much to do at every tick.
const nightly = '0 0 1 * * *';

export function feedSchedule(
  settings: Pick<Settings, 'catalogSchedule' | 'consumptionSchedule'>,
  source: { readonly settings: SourceSettings; readonly source: Source },
  kind: FeedKind,
): FeedSchedule {
  if (kind === 'catalog') return { timer: settings.catalogSchedule, own: source.settings.catalogSchedule };
  const scanned = source.source.consumption?.type === 'scanned';
  return {
    timer: settings.consumptionSchedule,
    own: source.settings.consumptionSchedule ?? (scanned ? nightly : undefined),
  };
}

/** Whether the tick at `now` is the feed's. @param lastTick the one that last started a run. */
export function isDueAt(schedule: FeedSchedule, lastTick: Utc | undefined, now: Utc): boolean {
  if (schedule.own === undefined || lastTick === undefined) return true;
  const due = nextAfter(schedule.own, lastTick);
  return due !== undefined && due <= now;
}

/** The tick that will start the feed's next run; undefined when its schedule has no more occurrences. */
export function nextDue(schedule: FeedSchedule, lastTick: Utc | undefined, now: Utc): Utc | undefined {
  const tick = nextAfter(schedule.timer, now);
  if (tick === undefined || isDueAt(schedule, lastTick, tick)) return tick;
  const due = nextAfter(schedule.own ?? schedule.timer, lastTick ?? now);
  // A tick at the very time counts; `nextAfter` is about later ones.
  return due && nextAfter(schedule.timer, later(now, utc(toMs(due) - 1_000)));
}

function nextAfter(schedule: string, time: Utc): Utc | undefined {
  const next = cronOf(schedule).nextRun(new Date(time));
  return next ? utc(next) : undefined;
}

/** A timer may fire so much before its time. */
const earlyMs = 2_000;

/**
 * The scheduled time that a tick at `now` stands for: the last one at or before it, however late the tick is, so that
 * a host that was down at night does not use up tomorrow's.
 * @param schedule six fields, UTC. @param now milliseconds since 1970.
 */
export function lastOccurrence(schedule: string, now: number): Utc {
  // `previousRuns` leaves out the very time it is asked for.
  const [last] = cronOf(schedule).previousRuns(1, new Date(now + earlyMs + 1_000));
  const previous = last && last.getTime() <= now + earlyMs ? last : undefined;
  return utc(previous ?? cronOf(schedule).previousRuns(1, new Date(now + earlyMs))[0] ?? now);
}

/** Behind by less, a feed catches up by itself. */
const lateMs = 3_600_000;

/**
 * Whether a feed is behind by more than it should: a run that its schedule asked for has brought nothing, and the next
 * one is due already.
 * @param since up to when it was delivered. @param lagMs what it leaves to the next run.
 */
export function isLate({ timer, own }: FeedSchedule, since: Utc, at: Utc, lagMs: number): boolean {
  const [, before] = cronOf(own ?? timer).previousRuns(2, new Date(at));
  if (!before) return false;
  const delivered = toMs(since) + lagMs;
  return delivered < before.getTime() - earlyMs && toMs(at) - delivered > lateMs;
}

const cronOf = (schedule: string): Cron =>
  new Cron(schedule, { mode: '6-part', timezone: 'UTC', paused: true });
