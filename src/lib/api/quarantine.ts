import type { z } from 'zod';
import type { App } from '../app';
import { feedName, type Feed } from '../domain/feed';
import type { QuarantinedRecord } from '../store/quarantine';
import { startRun } from '../sync/start';
import { type Answer, json } from './answer';
import type { quarantineQuery, replayRequest } from './requests';

/** As the API shows it: without the row itself, which may hold a learner's address. */
export function recordView({ id, feed, runId, reason, status, at, courseId }: QuarantinedRecord) {
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
  const { source, kind, limit = 50, next } = query;
  const records = [];
  for await (const record of app.engine.quarantine.list({ source, kind, after: next, pageSize: limit + 1 })) {
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
  { ids }: z.output<typeof replayRequest>,
  base: string,
): Promise<Answer> {
  const wanted = ids && new Set(ids);
  const byFeed = new Map<string, { feed: Feed; ids: string[] }>();
  for await (const { id, feed } of app.engine.quarantine.list()) {
    if (wanted && !wanted.has(id)) continue;
    const group = byFeed.get(feedName(feed)) ?? { feed, ids: [] };
    group.ids.push(id);
    byFeed.set(feedName(feed), group);
  }
  const runs = [];
  for (const { feed, ids: some } of byFeed.values())
    for (let i = 0; i < some.length; i += replayedTogether) {
      const request = { replay: some.slice(i, i + replayedTogether) };
      const { runId } = await startRun(app.engine, feed, { trigger: 'resync', request });
      runs.push({ runId, ...feed, url: `${base}/runs/${runId}` });
    }
  const replayed = [...byFeed.values()].reduce((sum, group) => sum + group.ids.length, 0);
  return json(202, { replayed, runs });
}

/** Ids of one run: a table's property holds 32,000 characters. */
const replayedTogether = 400;
