import type { App } from '../../app';
import type { EnrolmentBatch } from '../../domain/enrolment-batch';
import { type Feed, feedName } from '../../domain/feed';
import { isEnded, type Run, type RunState } from '../../domain/run';
import { toMs, utc, type Utc } from '../../domain/time';
import type { SourceEntry } from '../../settings/types';
import type { FeedState } from '../../store/feeds';
import { destinationSystem } from '../../store/pauses';
import { feedsOf } from '../../sync/feeds-of';
import { feedSchedule, isLate, nextDue } from '../../sync/schedule';
import { type BatchView, batchView, readBatches } from '../enrolment-list';
import { type EventView, eventView } from '../events';
import { type RunView, runView, runViews } from '../run-view';
import { filterWords, isFilter, lets, type StatusFilter } from './filter';
import { RunHistory } from './history';
import { readReasons } from './quarantine';
import type { FeedStatus, Listed, OpenRun, StatusModel } from './shown';
import { judge } from './verdict';

/** How many events and runs the page shows; it must stay small. */
const shown = 10;
const openShown = 20;
const batchesShown = 5;

const histories = new WeakMap<App, RunHistory>();

/**
 * @param up see `View`. @param filter what is wanted; the verdict is about the same feeds.
 * @throws RetryableError when storage does not answer.
 */
export async function readStatusModel(
  app: App,
  { up = './', filter = {} }: { readonly up?: string; readonly filter?: StatusFilter } = {},
): Promise<StatusModel> {
  const { engine, settings } = app;
  const at = utc(engine.now());
  const history = histories.get(app) ?? new RunHistory(engine.runs, () => engine.now());
  histories.set(app, history);
  const wanted = settings.sources.flatMap((entry) =>
    feedsOf(engine, entry.id)
      .filter((feed) => lets(filter, feed))
      .map((feed) => ({ entry, feed })),
  );
  const [{ newest, byFeed }, states, open, quarantine, events, paused, batches] = await Promise.all([
    history.read(wanted.map(({ feed }) => feed)),
    engine.feeds.list(),
    readOpen(app, filter),
    readReasons(app, filter),
    readEvents(app, filter.source),
    engine.pauses.list(engine.now()),
    // A batch may be for several sources.
    isFilter(filter) ? [] : readNewestBatches(app),
  ]);
  const feeds = wanted.map(({ entry, feed }) => {
    const state = states.find(({ feed: of }) => feedName(of) === feedName(feed));
    const { runs = [], dryRun } = byFeed.get(feedName(feed)) ?? {};
    return feedStatus(app, { entry, feed, state, runs, dryRun, at });
  });
  const systems = new Set(wanted.flatMap(({ feed }) => [feed.source, destinationSystem(feed.destination)]));
  const isWanted = (system: string): boolean =>
    !isFilter(filter) || systems.has(system) || system === filter.source;
  const pauses = paused.filter(({ system }) => isWanted(system));
  const warnings = filterWords(filter) ? [] : settings.warnings;
  const model = { at, up, filter, warnings, feeds, pauses, open, quarantine, events };
  const runs = isFilter(filter) ? await readRuns(app, filter) : newest;
  return {
    ...model,
    batches,
    feeds: feeds.filter(({ last }) => filter.state === undefined || last?.state === filter.state),
    verdict: judge(model),
    runs: runs
      .slice(0, shown)
      .map((run) => open.find((one) => one.run.runId === run.runId)?.run ?? runView(run)),
    moreRuns: runs.length > shown,
  };
}

async function readNewestBatches(app: App): Promise<BatchView[]> {
  const batches: EnrolmentBatch[] = [];
  for await (const batch of readBatches(app)) if (batches.push(batch) >= batchesShown) break;
  return Promise.all(batches.map((batch) => batchView(app, batch)));
}

async function readRuns({ engine }: App, filter: StatusFilter): Promise<Run[]> {
  const runs: Run[] = [];
  for await (const run of engine.runs.list({ ...filter, pageSize: shown + 1 }))
    if (runs.push(run) > shown) break;
  return runs;
}

interface Known {
  readonly entry: SourceEntry;
  readonly feed: Feed;
  readonly state: FeedState | undefined;
  readonly runs: readonly Run[];
  readonly dryRun: Run | undefined;
  readonly at: Utc;
}

function feedStatus({ engine, settings }: App, { entry, feed, state, runs, dryRun, at }: Known): FeedStatus {
  const [last] = runs;
  const good = runs.find((run) => isGood(run.state) && isWhole(run.request));
  const since = state?.watermark ?? good?.startedAt;
  const to = settings.destinations.find(({ id }) => id === feed.destination);
  const enabled = !entry.ok || entry.settings.enabled;
  const timerOff = settings.timersOff.includes(feed.kind);
  const schedule =
    entry.ok && enabled && !timerOff
      ? feedSchedule(settings, engine.openSource(entry.id), feed.kind)
      : undefined;
  const leavesMs = entry.ok && state?.watermark ? entry.settings.lagMinutes * 60_000 : 0;
  return {
    ...feed,
    sourceKind: entry.ok ? entry.settings.kind : undefined,
    problems: [...(entry.ok ? [] : entry.problems), ...(to && !to.ok ? to.problems : [])],
    enabled,
    timerOff,
    last: last && runView(last),
    dryRun: dryRun && runView(dryRun),
    history: runs.map((run) => ({ state: run.state, counts: run.counts })),
    lagMs: since && toMs(at) - toMs(since),
    isLate: schedule !== undefined && since !== undefined && isLate(schedule, since, at, leavesMs),
    nextDue: schedule && nextDue(schedule, state?.lastTick, at),
  };
}

const isGood = (state: RunState): boolean => state === 'succeeded' || state === 'partial';
const isWhole = ({ courseId, learner, replay, from, to }: Run['request']): boolean =>
  ![courseId, learner, replay, from, to].some(Boolean);

async function readOpen({ engine }: App, filter: StatusFilter): Promise<OpenRun[]> {
  const all = await engine.feeds.listOpen();
  const markers = all.filter(({ feed }) => lets(filter, feed)).slice(0, openShown);
  const found = await Promise.all(markers.map(({ runId }) => engine.runs.read(runId)));
  const runs = found.flatMap((run) => (run && !isEnded(run) ? [run] : []));
  const views = await runViews(engine, runs);
  return runs.map((run, i) => openRun(run, engine.now(), views[i]));
}

/** @param now milliseconds since 1970. */
export function openRun(run: Run, now: number, view: RunView = runView(run)): OpenRun {
  const { slices, counts } = run;
  const seconds = (now - toMs(run.startedAt)) / 1_000;
  const ended = slices.done + slices.failed;
  const done = slices.total > 0 ? ended / slices.total : undefined;
  return {
    run: view,
    done,
    rowsPerSecond: counts.read > 0 && seconds >= 1 ? counts.read / seconds : undefined,
    secondsLeft: done ? (seconds * (1 - done)) / done : undefined,
  };
}

async function readEvents({ engine }: App, only: string | undefined): Promise<Listed<EventView>> {
  const sources = engine.inbox.sources.filter((source) => only === undefined || source === only);
  const lists = await Promise.all(
    sources.map(async (source) => {
      const events: EventView[] = [];
      for await (const { event } of engine.inbox.list(source, { state: 'dead', pageSize: shown + 1 })) {
        events.push(eventView(event));
        if (events.length > shown) break;
      }
      return events;
    }),
  );
  const all = lists.flat().sort((a, b) => b.receivedAt.localeCompare(a.receivedAt));
  return { first: all.slice(0, shown), count: all.length, more: lists.some((list) => list.length > shown) };
}
