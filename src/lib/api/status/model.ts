import type { App } from '../../app';
import { type Feed, feedName } from '../../domain/feed';
import { isEnded, type Run, type RunState } from '../../domain/run';
import { toMs, utc, type Utc } from '../../domain/time';
import type { SourceEntry } from '../../settings/types';
import type { FeedState } from '../../store/feeds';
import { feedsOf } from '../../sync/feeds-of';
import { feedSchedule, nextDue } from '../../sync/schedule';
import { type EventView, eventView } from '../events';
import { recordView, type RecordView } from '../quarantine';
import { runView } from '../run-view';
import { RunHistory } from './history';
import type { FeedStatus, Listed, OpenRun, StatusModel } from './shown';
import { judge } from './verdict';

/** How many quarantined records, events and runs the page shows; it must stay small. */
const shown = 10;
const counted = 1_000;
const openShown = 20;

const histories = new WeakMap<App, RunHistory>();

/** @param up see `View`. @throws RetryableError when storage does not answer. */
export async function readStatus(app: App, up = './'): Promise<StatusModel> {
  const { engine, settings } = app;
  const at = utc(engine.now());
  const history = histories.get(app) ?? new RunHistory(engine.runs, engine.now);
  histories.set(app, history);
  const wanted = settings.sources.flatMap((entry) =>
    feedsOf(engine, entry.id).map((feed) => ({ entry, feed })),
  );
  const [{ newest, byFeed }, states, open, quarantine, events, pauses] = await Promise.all([
    history.read(wanted.map(({ feed }) => feed)),
    engine.feeds.list(),
    readOpen(app),
    readQuarantine(app),
    readEvents(app),
    engine.pauses.list(engine.now()),
  ]);
  const feeds = wanted.map(({ entry, feed }) => {
    const state = states.find(({ feed: of }) => feedName(of) === feedName(feed));
    const { runs = [], dryRun } = byFeed.get(feedName(feed)) ?? {};
    return feedStatus(app, { entry, feed, state, runs, dryRun, at });
  });
  const { warnings } = settings;
  const model = { at, up, warnings, feeds, pauses, open, quarantine, events };
  return {
    ...model,
    verdict: judge(model),
    runs: newest.slice(0, shown).map(runView),
    moreRuns: newest.length > shown,
  };
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
  const good = runs.find(({ state, request }) => isGood(state) && isWhole(request));
  const since = state?.watermark ?? good?.startedAt;
  const to = settings.destinations.find(({ id }) => id === feed.destination);
  const enabled = !entry.ok || entry.settings.enabled;
  return {
    ...feed,
    sourceKind: entry.ok ? entry.settings.kind : undefined,
    problems: [...(entry.ok ? [] : entry.problems), ...(to && !to.ok ? to.problems : [])],
    enabled,
    last: last && runView(last),
    dryRun: dryRun && runView(dryRun),
    history: runs.map(({ state, counts }) => ({ state, counts })),
    lagMs: since && toMs(at) - toMs(since),
    nextDue:
      entry.ok && enabled
        ? nextDue(feedSchedule(settings, engine.openSource(entry.id), feed.kind), state?.lastTick, at)
        : undefined,
  };
}

const isGood = (state: RunState): boolean => state === 'succeeded' || state === 'partial';
const isWhole = ({ courseId, learner, replay, from, to }: Run['request']): boolean =>
  ![courseId, learner, replay, from, to].some(Boolean);

async function readOpen({ engine }: App): Promise<OpenRun[]> {
  const markers = (await engine.feeds.listOpen()).slice(0, openShown);
  const runs = await Promise.all(markers.map(({ runId }) => engine.runs.read(runId)));
  return runs.flatMap((run) => (run && !isEnded(run) ? [openRun(run, engine.now())] : []));
}

/** @param now milliseconds since 1970. */
export function openRun(run: Run, now: number): OpenRun {
  const { slices, counts } = run;
  const seconds = (now - toMs(run.startedAt)) / 1_000;
  const ended = slices.done + slices.failed;
  const done = slices.total > 0 ? ended / slices.total : undefined;
  return {
    run: runView(run),
    done,
    rowsPerSecond: counts.read > 0 && seconds >= 1 ? counts.read / seconds : undefined,
    secondsLeft: done ? (seconds * (1 - done)) / done : undefined,
  };
}

async function readQuarantine({ engine }: App): Promise<Listed<RecordView>> {
  const first: RecordView[] = [];
  for await (const record of engine.quarantine.list({ pageSize: shown })) {
    first.push(recordView(record));
    if (first.length >= shown) break;
  }
  const count = first.length < shown ? first.length : await engine.quarantine.count(counted);
  return { first, count, more: count >= counted };
}

async function readEvents({ engine }: App): Promise<Listed<EventView>> {
  const lists = await Promise.all(
    engine.inbox.sources.map(async (source) => {
      const events: EventView[] = [];
      for await (const { event } of engine.inbox.list(source, { state: 'dead' })) {
        events.push(eventView(event));
        if (events.length > shown) break;
      }
      return events;
    }),
  );
  const all = lists.flat().sort((a, b) => b.receivedAt.localeCompare(a.receivedAt));
  return { first: all.slice(0, shown), count: all.length, more: lists.some((list) => list.length > shown) };
}
