import type { z } from 'zod';
import type { App } from '../app';
import type { QuarantineEntry } from '../store/quarantine-rows';
import { mustBeKnown } from '../sync/feeds-of';
import { replayRecords } from '../sync/replay';
import { type Answer, json } from './answer';
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
  const { limit = 50, next, ...filter } = query;
  await mustBeKnown(app.engine, filter.destination);
  const records = [];
  for await (const record of app.engine.quarantine.list({ ...filter, after: next, pageSize: limit + 1 })) {
    records.push(recordView(record));
    if (records.length > limit) break;
  }
  const shown = records.slice(0, limit);
  return json(200, { records: shown, ...(records.length > limit && { next: shown.at(-1)?.id }) });
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
