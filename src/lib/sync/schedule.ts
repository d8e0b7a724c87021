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

/** The scheduled time that a tick at `now` stands for. @param schedule six fields, UTC. @param now milliseconds. */
export function nearestOccurrence(schedule: string, now: number): Utc {
  const cron = cronOf(schedule);
  const next = cron.nextRun(new Date(now))?.getTime();
  const previous = cron.previousRuns(1, new Date(now + 1_000))[0]?.getTime();
  if (next === undefined || previous === undefined) return utc(next ?? previous ?? now);
  return utc(next - now < now - previous ? next : previous);
}

const cronOf = (schedule: string): Cron =>
  new Cron(schedule, { mode: '6-part', timezone: 'UTC', paused: true });
