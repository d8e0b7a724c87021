import { Cron } from 'croner';
import type { Feed, FeedKind } from '../domain/feed';
import type { Run } from '../domain/run';
import { utc, type Utc } from '../domain/time';
import { sentence } from '../errors';
import type { Settings, SourceEntry } from '../settings/types';
import type { Engine } from './engine';
import { startRun } from './start';

const nightly = '0 0 1 * * *';

/**
 * A timer's tick: starts a run for every enabled source whose own schedule is due. The run is named after the
 * scheduled time that is nearest, since a timer may fire twice, or some milliseconds early. A source whose run
 * cannot be started holds up no other.
 * @throws the first thing that went wrong, once all other sources have had their turn.
 */
export async function tick(engine: Engine, settings: Settings, kind: FeedKind): Promise<Run[]> {
  const now = engine.now();
  const scheduled = nearestOccurrence(
    kind === 'catalog' ? settings.catalogSchedule : settings.consumptionSchedule,
    now,
  );
  const runs: Run[] = [];
  const failures: unknown[] = [];
  for (const entry of settings.sources) {
    try {
      runs.push(...(await tickOne(engine, entry, kind, scheduled)));
    } catch (error) {
      failures.push(error);
      engine.log.error({ source: entry.id, kind, error: sentence(error) }, 'run cannot be started');
    }
  }
  if (failures.length > 0) throw failures[0];
  return runs;
}

async function tickOne(engine: Engine, entry: SourceEntry, kind: FeedKind, scheduled: Utc): Promise<Run[]> {
  const feed: Feed = { source: entry.id, kind };
  const state = await engine.feeds.read(feed);
  if (!isDue(engine, entry, kind, state.lastTick, scheduled)) return [];
  const run = await startRun(engine, feed, { trigger: 'timer', tick: scheduled });
  await engine.feeds.update(feed, ({ lastTick }) =>
    lastTick === undefined || lastTick < scheduled ? { lastTick: scheduled } : undefined,
  );
  return [run];
}

/** The scheduled time that a tick at `now` stands for. @param schedule six fields, UTC. @param now milliseconds. */
export function nearestOccurrence(schedule: string, now: number): Utc {
  const cron = new Cron(schedule, { mode: '6-part', timezone: 'UTC', paused: true });
  const next = cron.nextRun(new Date(now))?.getTime();
  const previous = cron.previousRuns(1, new Date(now + 1_000))[0]?.getTime();
  if (next === undefined || previous === undefined) return utc(next ?? previous ?? now);
  return utc(next - now < now - previous ? next : previous);
}

function isDue(
  engine: Engine,
  entry: SourceEntry,
  kind: FeedKind,
  lastTick: Utc | undefined,
  now: Utc,
): boolean {
  // Wrong settings show as a failed run, not as silence.
  if (!entry.ok) return true;
  const { settings } = entry;
  if (!settings.enabled) return false;
  const { source } = engine.openSource(entry.id);
  const feed = kind === 'catalog' ? source.catalog : source.consumption;
  if (!feed) return false;
  const scanned = kind === 'consumption' && source.consumption?.type === 'scanned';
  const own =
    (kind === 'catalog' ? settings.catalogSchedule : settings.consumptionSchedule) ??
    (scanned ? nightly : undefined);
  if (own === undefined || lastTick === undefined) return true;
  const cron = new Cron(own, { mode: '6-part', timezone: 'UTC', paused: true });
  const due = cron.nextRun(new Date(lastTick));
  return due !== null && utc(due) <= now;
}
