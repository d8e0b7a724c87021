import { feedName, type Feed, type Route } from '../domain/feed';
import { parseUtc, toMs, utc, type Utc, type Window } from '../domain/time';
import { InputError, NotNamedError, SettingsError } from '../errors';
import { feedsOf, mustBeKnown, mustBeNamed } from './feeds-of';
import type { Engine, OpenSource } from './engine';

export interface Watermark extends Feed {
  readonly value: Utc;
  /** How far it is behind the clock. */
  readonly lagSeconds: number;
}

/** The watermarks of all feeds that have one, or of those that are asked for. */
export async function listWatermarks(
  engine: Engine,
  { source, destination }: Partial<Route> = {},
): Promise<Watermark[]> {
  await mustBeKnown(engine, destination);
  const now = toMs(utc(engine.now()));
  return (await engine.feeds.list())
    .filter(({ feed }) => source === undefined || feed.source === source)
    .filter(({ feed }) => destination === undefined || feed.destination === destination)
    .flatMap(({ feed, watermark }) =>
      watermark === undefined
        ? []
        : [{ ...feed, value: watermark, lagSeconds: Math.round((now - toMs(watermark)) / 1000) }],
    );
}

/** A change of a watermark that may be made. */
export interface WatermarkChange {
  readonly feed: Feed;
  /** Undefined: nothing was delivered yet. */
  readonly from: Utc | undefined;
  readonly to: Utc;
}

/**
 * Looks whether a source's watermarks may be set; changes nothing.
 * @param asked.destination left out: all of the source's. @param value ISO 8601, UTC unless it names a zone.
 * @throws InputError in one sentence when it may not; SettingsError when the source's settings are wrong.
 */
export async function planWatermarks(
  engine: Engine,
  { source, destination }: { readonly source: string; readonly destination?: string | undefined },
  value: string,
): Promise<WatermarkChange[]> {
  const open = opened(engine, source);
  if (open && open.source.consumption?.type !== 'windowed')
    throw new InputError(
      'source',
      `The source ${source} has no watermark: its results are read whole and compared; use sync consumption --source ${source} --full`,
    );
  const to = parseUtc(value);
  if (!to) throw new InputError('value', 'The watermark must be a time in UTC, such as 2026-01-31T00:00:00Z');
  if (to > utc(engine.now()))
    throw new InputError('value', `${to} lies in the future; results modified until then would be missed`);
  const since = open?.settings.since;
  if (since !== undefined && to < since)
    throw new InputError(
      'value',
      `${to} is before LMS__${source}__since (${since}); change that setting first`,
    );
  mustBeNamed(engine, destination);
  const feeds = open
    ? feedsOf(engine, source, { kind: 'consumption', destination })
    : await storedFeeds(engine, source, destination);
  // Of nothing that is stored, or named, the settings' own complaint says most.
  if (!open && feeds.length === 0) engine.openSource(source);
  if (feeds.length === 0)
    throw new InputError(
      'destination',
      `The results of ${source} do not go to ${destination ?? 'any destination'}`,
    );
  const changes: WatermarkChange[] = [];
  for (const feed of feeds) {
    const { watermark, activeRun } = await engine.feeds.read(feed);
    refuseBusy(activeRun);
    changes.push({ feed, from: watermark, to });
  }
  return changes;
}

/** Undefined where the settings do not name the source, or are wrong: what is stored of it can be set all the same. */
function opened(engine: Engine, source: string): OpenSource | undefined {
  try {
    return engine.openSource(source);
  } catch (error) {
    if (error instanceof NotNamedError || error instanceof SettingsError) return undefined;
    throw error;
  }
}

const storedFeeds = async (
  engine: Engine,
  source: string,
  destination: string | undefined,
): Promise<Feed[]> =>
  (await engine.feeds.list())
    .filter(({ feed, watermark }) => feed.source === source && watermark !== undefined)
    .map(({ feed }) => feed)
    .filter((feed) => destination === undefined || feed.destination === destination);

/**
 * Sets a watermark. Windows that were done beyond it are forgotten when it is set back, so that they are read again.
 * @throws InputError when a run has the feed's turn, or the watermark is no longer what it was.
 */
export async function setWatermark(engine: Engine, { feed, from, to }: WatermarkChange): Promise<void> {
  await engine.feeds.update(feed, ({ watermark, activeRun, doneBeyond }) => {
    refuseBusy(activeRun);
    if (watermark !== from)
      throw new InputError('value', `The watermark of ${feedName(feed)} moved meanwhile; look at it again`);
    const isBack = from === undefined || to < from;
    // One that begins right there left the rows of that second to the slice before it, which is skipped now.
    const isGood = (window: Window): boolean => window.to > to && window.from !== to;
    return { watermark: to, doneBeyond: isBack ? [] : doneBeyond.filter(isGood) };
  });
  engine.log.warn({ ...feed, from, to }, 'watermark set');
}

function refuseBusy(activeRun: string | undefined): void {
  if (activeRun === undefined) return;
  throw new InputError(
    'source',
    `The run ${activeRun} is at this feed; wait until it has ended, or end it with: lms-bridge cancel ${activeRun}`,
  );
}
