import { isEnded, type Run } from '../domain/run';
import type { Feed } from '../domain/feed';
import { UnsupportedError } from '../errors';
import type { Utc } from '../domain/time';
import type { QuarantinedRecord } from '../store/quarantine-rows';
import type { Engine } from '../sync/engine';
import { destinationFlag, feedsOf } from '../sync/feeds-of';

/** Why the sink knows of a record what it knows. Names no person. */
export interface Explanation extends Feed {
  readonly courseId: string;
  /** What the source says now; `unknown` when no call asks for this one record. */
  readonly atSource: AtSource;
  readonly atSink: AtSink;
  readonly quarantine: readonly Refusal[];
  readonly feed: FeedNow;
  /** Why the two differ, or that they do not. */
  readonly why: string;
  /** What to do; undefined when nothing is to be done. */
  readonly next: string | undefined;
}

export type AtSource =
  | { readonly found: 'yes'; readonly says: Readonly<Record<string, string | number>> }
  | { readonly found: 'no' }
  | { readonly found: 'unreadable'; readonly reason: string }
  | { readonly found: 'never sent'; readonly reason: string }
  | { readonly found: 'unknown'; readonly reason: string };

export interface AtSink {
  /**
   * Compared with what would be sent now. `told`: something was, and nothing is there to compare it with;
   * `not kept`: the feed has no ledger.
   */
  readonly told: 'same' | 'differs' | 'never' | 'in doubt' | 'deleted' | 'told' | 'not kept';
  /** When the ledger was last written for the course, by storage's clock. */
  readonly at: Utc | undefined;
}

export interface Refusal {
  readonly id: string;
  readonly reason: string;
  readonly status: number | undefined;
  readonly at: Utc;
  readonly runId: string;
}

export interface FeedNow {
  readonly watermark: Utc | undefined;
  readonly activeRun: string | undefined;
  readonly lastRun: Pick<Run, 'runId' | 'state' | 'startedAt' | 'finishedAt' | 'error'> | undefined;
}

/** The feed that is asked about. @param asked.destination left out: the first of the source's that takes the kind. */
export function feedAsked(
  engine: Engine,
  {
    source,
    kind,
    destination,
  }: Pick<Feed, 'source' | 'kind'> & { readonly destination?: string | undefined },
): Feed {
  const [feed] = feedsOf(engine, source, { kind, destination });
  if (feed) return feed;
  // Says what is wrong, if the source or the destination is not there.
  engine.openSource(source);
  if (destination !== undefined) engine.openDestination(destination);
  throw new UnsupportedError(
    `The source ${source} publishes no ${wordsOf[kind]}, or no destination takes it`,
  );
}

const wordsOf = { catalog: 'catalog', consumption: 'results' } as const;

/** Runs looked through for the last that sent something; those of one record or a dry run may be many. */
const runsLookedAt = 200;

/** How a feed stands: its watermark, the run at work, and the last that ended and was no dry run. */
export async function feedNow(engine: Engine, feed: Feed): Promise<FeedNow> {
  const { watermark, activeRun } = await engine.feeds.read(feed);
  let lastRun: Run | undefined;
  let looked = 0;
  for await (const run of engine.runs.list({ ...feed, pageSize: 20 })) {
    if (isEnded(run) && !run.dryRun && run.state !== 'skipped') lastRun = run;
    if (lastRun || ++looked >= runsLookedAt) break;
  }
  return { watermark, activeRun, lastRun: lastRun && shown(lastRun) };
}

const shown = ({ runId, state, startedAt, finishedAt, error }: Run): FeedNow['lastRun'] => ({
  runId,
  state,
  startedAt,
  finishedAt,
  error,
});

/** The quarantined records of a feed that are about what is asked for. */
export async function refusals(
  engine: Engine,
  feed: Feed,
  isAbout: (record: QuarantinedRecord) => boolean,
): Promise<Refusal[]> {
  const found: Refusal[] = [];
  for await (const record of engine.quarantine.records(feed)) {
    if (!isAbout(record)) continue;
    const { id, reason, status, at, runId } = record;
    found.push({ id, reason, status, at, runId });
  }
  return found;
}

/** The command that sends what a feed has not been told. @param courseId of this course alone. */
export const syncOf = (engine: Engine, feed: Feed, courseId?: string): string =>
  `lms-bridge sync ${feed.kind} --source ${feed.source}${courseId === undefined ? '' : ` --course ${courseId}`}${destinationFlag(engine, feed)}`;

/** The command that repairs most: what is in quarantine is tried again once its reason is gone. */
export const replayOf = (refused: readonly Refusal[]): string | undefined =>
  refused.length > 0
    ? `fix the reason, then: lms-bridge replay quarantine ${refused.map(({ id }) => id).join(' ')}`
    : undefined;
