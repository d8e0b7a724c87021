import { feedKinds, type Feed, type FeedKind } from '../domain/feed';
import type { Run, RunMode, RunRequest, RunTrigger } from '../domain/run';
import type { Utc } from '../domain/time';
import { InputError, UnsupportedError } from '../errors';
import type { SourceEntry } from '../settings/types';
import type { Engine } from './engine';
import { mustBeNamed, takes } from './feeds-of';
import { startRun } from './run/start';

/** What an operator may ask for. What is left out means all sources, both kinds, all destinations, incremental. */
export interface Resync {
  readonly source?: string;
  readonly kind?: FeedKind;
  readonly destination?: string;
  readonly mode?: RunMode;
  readonly from?: Utc;
  readonly to?: Utc;
  readonly courseId?: string;
  readonly learner?: string;
  readonly dryRun?: boolean;
  readonly allowDeletes?: boolean;
}

/**
 * Starts a run for every feed that was asked for.
 * @param here the caller begins the runs itself.
 * @throws InputError for a source or destination that is not there, or a filter that the feed cannot honour; UnsupportedError
 *   when a source that was named publishes no such thing. Nothing is started then.
 */
export async function resync(
  engine: Engine,
  sources: readonly SourceEntry[],
  asked: Resync,
  trigger: RunTrigger,
  here = false,
): Promise<Run[]> {
  const feeds = feedsFor(engine, sources, asked);
  const request: RunRequest = {
    from: asked.from,
    to: asked.to,
    courseId: asked.courseId,
    learner: asked.learner?.trim().toLowerCase(),
    allowDeletes: asked.allowDeletes,
  };
  const runs: Run[] = [];
  for (const feed of feeds)
    runs.push(
      await startRun(engine, feed, { mode: asked.mode, trigger, dryRun: asked.dryRun, request, here }),
    );
  return runs;
}

function feedsFor(engine: Engine, sources: readonly SourceEntry[], asked: Resync): Feed[] {
  const { source, kind, destination, from, to } = asked;
  if (source !== undefined && !sources.some(({ id }) => id === source))
    throw new InputError(
      'source',
      `There is no source ${source}; there is ${sources.map(({ id }) => id).join(', ') || 'none'}`,
    );
  mustBeNamed(engine, destination);
  if (from !== undefined && to !== undefined && from >= to)
    throw new InputError('to', 'to must be later than from');
  const feeds: Feed[] = [];
  const refusals: { readonly error: Error; readonly named: boolean }[] = [];
  for (const { id } of sources.filter((one) => source === undefined || one.id === source)) {
    const all = engine.destinationsOf(id);
    if (destination !== undefined && !all.includes(destination))
      refusals.push({
        error: new InputError(
          'destination',
          `The records of ${id} do not go to ${destination}; they go to ${all.join(', ') || 'none'}`,
        ),
        named: source !== undefined,
      });
    for (const destinationId of all.filter((one) => destination === undefined || one === destination))
      for (const one of feedKinds.filter((candidate) => kind === undefined || candidate === kind)) {
        const feed = { source: id, kind: one, destination: destinationId };
        const refusal = whyNot(engine, feed, asked);
        if (refusal) refusals.push(refusal);
        else feeds.push(feed);
      }
  }
  // A feed that was not named is left out when it cannot; one that was, or none at all, is an answer.
  const first = refusals.find(({ named }) => named) ?? refusals[0];
  if (first && (first.named || feeds.length === 0)) throw first.error;
  if (feeds.length === 0) throw new InputError('source', 'There are no sources; name them in LMS_SOURCES');
  return feeds;
}

/** Why a feed cannot be synced as asked; `named`: what cannot was asked for by its name. */
function whyNot(
  engine: Engine,
  wanted: Feed,
  asked: Resync,
): { readonly error: Error; readonly named: boolean } | undefined {
  const { source, kind, destination } = wanted;
  const named = asked.source !== undefined && asked.kind !== undefined;
  if (!takes(engine, wanted))
    return {
      error: new UnsupportedError(`The destination ${destination} takes no ${kind}`),
      named: asked.destination !== undefined && asked.kind !== undefined,
    };
  let open;
  try {
    open = engine.openSource(source).source;
  } catch {
    // Its settings are wrong: the run says so, and stays listed.
    return undefined;
  }
  const feed = kind === 'catalog' ? open.catalog : open.consumption;
  if (!feed)
    return {
      error: new UnsupportedError(`The source ${source} (${open.sourceKind}) publishes no ${kind}`),
      named,
    };
  const windowed = kind === 'consumption' && open.consumption?.type === 'windowed';
  const no = (field: string) => ({
    error: new InputError(field, `The ${kind} of ${source} cannot be filtered by ${field}; leave it out`),
    named,
  });
  if (asked.from !== undefined && !windowed) return no('from');
  if (asked.to !== undefined && !windowed) return no('to');
  if (asked.learner !== undefined && kind === 'catalog') return no('learner');
  return undefined;
}
