import { feedName, type Feed } from '../domain/feed';
import type { Run, RunTrigger } from '../domain/run';
import type { QuarantineFilter } from '../store/quarantine';
import type { QuarantineEntry } from '../store/quarantine-rows';
import type { Engine } from './engine';
import { mustBeKnown } from './feeds-of';
import { startRun } from './run/start';

/** Ids of one run: a table's property holds 32,000 characters. */
const together = 400;

type Filter = Pick<QuarantineFilter, 'source' | 'kind' | 'destination' | 'runId' | 'reason'>;

/**
 * Starts runs that try quarantined records again, which take their turn like any other.
 * @param ids only these; those that are no longer there are over already, and not counted.
 * @param filter only what it lets through; see `Quarantine.list`.
 * @throws InputError when there is no such destination.
 * @returns how many records, and the runs: one a feed, more when there are very many.
 */
export async function replayRecords(
  engine: Engine,
  trigger: RunTrigger,
  ids?: readonly string[],
  filter: Filter = {},
): Promise<{ readonly replayed: number; readonly runs: readonly Run[] }> {
  await mustBeKnown(engine, filter.destination);
  const byFeed = new Map<string, { feed: Feed; ids: string[] }>();
  let replayed = 0;
  for await (const { id, feed } of wanted(engine, ids, filter)) {
    const group = byFeed.get(feedName(feed)) ?? { feed, ids: [] };
    group.ids.push(id);
    byFeed.set(feedName(feed), group);
    replayed++;
  }
  const runs: Run[] = [];
  for (const { feed, ids: some } of byFeed.values())
    for (let i = 0; i < some.length; i += together)
      runs.push(await startRun(engine, feed, { trigger, request: { replay: some.slice(i, i + together) } }));
  return { replayed, runs };
}

async function* wanted(
  engine: Engine,
  ids: readonly string[] | undefined,
  filter: Filter,
): AsyncGenerator<QuarantineEntry> {
  if (!ids) {
    yield* engine.quarantine.list(filter);
    return;
  }
  const { runId, reason, ...ofFeed } = filter;
  for (const entry of await engine.quarantine.entries(ids)) {
    const isIn = isPartOf(entry.feed, ofFeed) && isPartOf(entry, { runId, reason });
    if (isIn) yield entry;
  }
}

/** Whether it has what is asked for; what is left out is not asked for. */
const isPartOf = <T extends object>(it: T, asked: { readonly [K in keyof T]?: T[K] | undefined }): boolean =>
  (Object.keys(asked) as (keyof T)[]).every((name) => asked[name] === undefined || asked[name] === it[name]);
