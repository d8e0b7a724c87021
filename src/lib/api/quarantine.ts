import type { z } from 'zod';
import type { App } from '../app';
import type { QuarantineEntry } from '../store/quarantine-rows';
import { mustBeKnown } from '../sync/feeds-of';
import { replayRecords } from '../sync/replay';
import { type Answer, json } from './answer';
import { pageOf } from './page';
import type { quarantineQuery, replayRequest } from './requests';
import { startedView } from './run-address';

/** As the API shows it: without the row itself, which may hold a learner's address. */
export function recordView({ id, feed, runId, reason, status, at, courseId }: QuarantineEntry) {
  return {
    id,
    runId,
    ...feed,
    reason,
    ...(status !== undefined && { status }),
    ...(courseId && { courseId }),
    at,
  };
}

export type RecordView = ReturnType<typeof recordView>;

export async function listQuarantine(app: App, query: z.output<typeof quarantineQuery>): Promise<Answer> {
  const { limit, next, ...filter } = query;
  await mustBeKnown(app.engine, filter.destination);
  const { quarantine } = app.engine;
  const { entries, more } = await pageOf(
    (pageSize) => quarantine.list({ ...filter, after: next, pageSize }),
    limit,
  );
  return json(200, {
    records: entries.map(recordView),
    ...(more && { next: entries.at(-1)?.id }),
  });
}

/**
 * Tries quarantined records again: a run a feed, which takes its turn like any other. Ids that are no longer there
 * are over already, and not counted.
 */
export async function replayQuarantine(
  app: App,
  { ids, ...filter }: z.output<typeof replayRequest>,
  base: string,
): Promise<Answer> {
  const { replayed, runs } = await replayRecords(app.engine, 'resync', ids, filter);
  return json(202, { replayed, runs: runs.map((run) => startedView(run, base)) });
}
