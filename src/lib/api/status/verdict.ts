import { type Feed, feedName, towards } from '../../domain/feed';
import { toMs, type Utc } from '../../domain/time';
import { waitingText } from '../../domain/waiting';
import { destinationSystem, type Pause } from '../../store/pauses';
import type { RunView } from '../run-view';
import { filterWords } from './filter';
import type { FeedStatus, StatusModel, StatusVerdict } from './shown';
import { clock, span } from './words';

/** A shorter pause is over before anybody could do something about it. */
const longMs = 60_000;

type Judged = Pick<StatusModel, 'at' | 'warnings' | 'feeds' | 'pauses' | 'open'> & {
  readonly quarantine: Counted;
  readonly events: Counted;
  readonly filter?: StatusModel['filter'];
};
type Counted = Pick<StatusModel['events'], 'count' | 'more'>;

/** What to tell a person who has one second. */
export function judge({
  at,
  warnings,
  feeds,
  pauses,
  open,
  quarantine,
  events,
  filter,
}: Judged): StatusVerdict {
  const wrong = new Set(feeds.filter(({ problems }) => problems.length > 0).map(({ source }) => source));
  const failed = feeds.filter(({ source, history }) => !wrong.has(source) && lastEnd(history) === 'failed');
  const bad = [
    ...[...wrong].map((source) => `The settings of ${source} are wrong.`),
    ...failed.map((feed) => `The last ${ofFeed(feed, 'run')} failed.`),
  ];
  const long = pauses.filter(({ until }) => toMs(until) - toMs(at) > longMs);
  const waiting = open.map(({ run }) => run).filter((run) => isTrouble(run, long, at));
  const told = new Set([...failed, ...waiting].map(feedName));
  const others = feeds.filter((feed) => !wrong.has(feed.source) && !told.has(feedName(feed)));
  const look = [
    ...waiting.map((run) => `The ${ofFeed(run, 'run')}: ${run.waiting ? waitingText(run.waiting, at) : ''}.`),
    ...long.map(
      ({ system, until, why }) =>
        `${system} asked to be left alone until ${clock(until)}${why ? ` (${why})` : ''}.`,
    ),
    ...others.flatMap(troubleOf),
    ...(quarantine.count > 0 ? [`${many(quarantine, 'record')} could not be delivered.`] : []),
    ...(events.count > 0 ? [`${many(events, 'webhook event')} could not be applied.`] : []),
    ...warnings.map(({ setting, message }) => asSentence(`${setting} ${message}`)),
  ];
  if (bad.length > 0) {
    const headline = bad.length === 1 ? 'One thing does not work' : `${bad.length} things do not work`;
    return { level: 'bad', headline, reasons: [...bad, ...look] };
  }
  if (look.length > 0)
    return { level: 'look', headline: 'Working, but something needs a look', reasons: look };
  if (feeds.length === 0 && filter && filterWords(filter))
    return { level: 'good', headline: 'Nothing is synced here', reasons: [] };
  if (feeds.length === 0)
    return { level: 'look', headline: 'Nothing to sync yet', reasons: ['Name your sources in LMS_SOURCES.'] };
  if (feeds.every(({ last }) => last === undefined))
    return { level: 'good', headline: 'Ready', reasons: ['Nothing has run yet.'] };
  const busy = open.length === 0 ? 'Nothing is running now.' : `${count(open.length, 'run')} under way.`;
  return { level: 'good', headline: 'All is well', reasons: [busy] };
}

const ofFeed = ({ source, kind, destination }: Feed, what: string): string =>
  `${kind} ${what} of ${source}${towards(destination)}`;

/** A run that is tried again, or waits for long; not one whose turn it is not, or for a pause that is told anyway. */
function isTrouble({ source, destination, waiting }: RunView, told: readonly Pause[], at: Utc): boolean {
  if (!waiting || waiting.since !== undefined) return waiting !== undefined;
  const { until = at } = waiting;
  const systems = [source, destinationSystem(destination)];
  return toMs(until) - toMs(at) > longMs && !told.some(({ system }) => systems.includes(system));
}

/** So many skipped runs in a row mean that one never ends. */
const manySkipped = 3;

/** What of a feed needs a look although its last run did not fail. */
function troubleOf({ source, kind, destination, last, history, isLate, lagMs = 0 }: FeedStatus): string[] {
  const feed = { source, kind, destination };
  const ended = history.findIndex(({ state }) => state !== 'skipped');
  const skipped = ended < 0 ? history.length : ended;
  if (skipped >= manySkipped)
    return [`The last ${skipped} ${ofFeed(feed, 'runs')} were skipped: another run does not end.`];
  if (isLate) return [`The ${kind} of ${source}${towards(destination)} is ${span(lagMs)} behind.`];
  return last?.state === 'partial' && last.error
    ? [asSentence(`The last ${ofFeed(feed, 'run')}: ${last.error}`)]
    : [];
}

const asSentence = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`);

/** How the last run ended that says how the feed is: one that is not over, or was cancelled, does not. */
const lastEnd = (history: StatusModel['feeds'][number]['history']): string | undefined =>
  history.find(({ state }) => ['succeeded', 'partial', 'failed'].includes(state))?.state;

const many = (listed: { count: number; more: boolean }, what: string): string =>
  listed.more ? `At least ${listed.count.toLocaleString('en')} ${what}s` : count(listed.count, what);

/** “1 run”, “2 runs”. */
export const count = (n: number, what: string): string =>
  `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;
