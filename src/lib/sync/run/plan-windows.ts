import type { Plan, Run, SliceWork } from '../../domain/run';
import { addSeconds, earlier, later, utc, type Utc, type Window } from '../../domain/time';
import { PayloadError, WaitError } from '../../errors';
import type { WindowedFeed } from '../../sources/source';
import { cutWindow } from '../slice/cut-window';
import type { Engine, OpenSource } from '../engine';
import { without } from './intervals';
import { placeCut } from '../slice/window';

/** Cuts what is to be read of a windowed feed into slices, by counting. */
export async function planWindows(
  engine: Engine,
  run: Run,
  open: OpenSource,
  feed: WindowedFeed,
  signal: AbortSignal,
): Promise<Plan> {
  const { settings } = open;
  const state = await engine.feeds.read(run);
  const place = placeCut(feed.timeZone);
  const lag = -60 * settings.lagMinutes;
  const ownEnd = addSeconds(utc(engine.now()), lag);
  const from = place(run.request.from ?? startOf(run, open, state.watermark, state.lastRelook, engine.now()));
  // The source's own clock decides what "now" is: it wrote the times that are compared.
  const { serverTime } = await feed.count({ from, to: later(ownEnd, addSeconds(from, 1)) }, { signal });
  if (state.watermark !== undefined && state.watermark > serverTime)
    throw new PayloadError(
      `The watermark of ${run.source} (${state.watermark}) lies in the future of the source's clock (${serverTime}); correct the clock, or set the watermark back`,
    );
  const end = addSeconds(serverTime, lag);
  const to = place(run.request.to ? earlier(run.request.to, end) : end);
  if (from >= to) return { works: [] };
  const { from: asked, to: until, courseId, learner } = run.request;
  const filtered = [asked, until, courseId, learner].some((filter) => filter !== undefined);
  const anew = filtered || run.mode === 'full' || relookDue(run, open, state.lastRelook, engine.now());
  const window = { from, to };
  const works: SliceWork[] = [];
  const deadline = engine.now() + engine.patience.sliceBudgetMs;
  let isOver = false;
  const probe = async (piece: Window): Promise<number> => {
    if (isOver || engine.now() > deadline) throw new NoMoreCounts();
    try {
      return (await feed.count(piece, { signal })).count;
    } catch (error) {
      throw error instanceof WaitError ? new NoMoreCounts() : error;
    }
  };
  for (const left of anew ? [window] : without(window, state.doneBeyond)) {
    try {
      const options = { maxRows: settings.maxRowsPerSlice, probe, place };
      const pieces = await cutWindow(left, await probe(left), options);
      works.push(...pieces.map((piece): SliceWork => ({ type: 'window', ...piece })));
    } catch (error) {
      if (!(error instanceof NoMoreCounts)) throw error;
      isOver = true;
      works.push({ type: 'window', window: left, expected: 0 });
    }
  }
  return { works, window };
}

/** The source wants a rest, or the time is up. What is not cut by then is halved by the worker that meets it. */
class NoMoreCounts extends Error {}

function startOf(
  run: Run,
  open: OpenSource,
  watermark: Utc | undefined,
  lastRelook: string | undefined,
  now: number,
): Utc {
  const { since, relookHours } = open.settings;
  if (watermark === undefined || run.mode === 'full') return since;
  return relookDue(run, open, lastRelook, now)
    ? later(since, addSeconds(watermark, -3600 * relookHours))
    : watermark;
}

/** Once a night a timer's run looks at the last hours again, for rows that were committed late. */
function relookDue(run: Run, open: OpenSource, lastRelook: string | undefined, now: number): boolean {
  return run.trigger === 'timer' && open.settings.relookHours > 0 && lastRelook !== utc(now).slice(0, 10);
}
