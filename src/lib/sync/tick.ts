import type { Feed, FeedKind } from '../domain/feed';
import type { Run } from '../domain/run';
import type { Utc } from '../domain/time';
import { sentence } from '../errors';
import type { Settings, SourceEntry } from '../settings/types';
import type { Engine } from './engine';
import { feedsOf } from './feeds-of';
import { feedSchedule, isDueAt, lastOccurrence } from './schedule';
import { startRun } from './run/start';

/**
 * A timer's tick: starts a run for every feed of an enabled source whose own schedule is due. The run is named after the
 * last scheduled time, since a timer may fire twice, some milliseconds early, or hours late. A feed whose run
 * cannot be started holds up no other.
 * @param here the caller begins the runs itself. @throws the first thing that went wrong, once all other feeds have had their turn.
 */
export async function tick(engine: Engine, settings: Settings, kind: FeedKind, here = false): Promise<Run[]> {
  const now = engine.now();
  const scheduled = lastOccurrence(
    kind === 'catalog' ? settings.catalogSchedule : settings.consumptionSchedule,
    now,
  );
  const runs: Run[] = [];
  const failures: unknown[] = [];
  for (const entry of settings.sources)
    for (const feed of feedsOf(engine, entry.id, { kind })) {
      try {
        runs.push(...(await tickOne(engine, settings, entry, feed, { scheduled, here })));
      } catch (error) {
        failures.push(error);
        engine.log.error({ ...feed, error: sentence(error) }, 'run cannot be started');
      }
    }
  if (failures.length > 0) throw failures[0];
  return runs;
}

async function tickOne(
  engine: Engine,
  settings: Settings,
  entry: SourceEntry,
  feed: Feed,
  { scheduled, here }: { readonly scheduled: Utc; readonly here: boolean },
): Promise<Run[]> {
  const state = await engine.feeds.read(feed);
  if (!isDue(engine, settings, entry, feed.kind, state.lastTick, scheduled)) return [];
  const run = await startRun(engine, feed, { trigger: 'timer', tick: scheduled, here });
  await engine.feeds.update(feed, ({ lastTick }) =>
    lastTick === undefined || lastTick < scheduled ? { lastTick: scheduled } : undefined,
  );
  return [run];
}

function isDue(
  engine: Engine,
  settings: Settings,
  entry: SourceEntry,
  kind: FeedKind,
  lastTick: Utc | undefined,
  now: Utc,
): boolean {
  // Wrong settings show as a failed run, not as silence.
  if (!entry.ok) return true;
  if (!entry.settings.enabled) return false;
  const open = engine.openSource(entry.id);
  return isDueAt(feedSchedule(settings, open, kind), lastTick, now);
}
