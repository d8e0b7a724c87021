import { utc } from '../domain/time';
import type { Engine } from './engine';

const dayMs = 24 * 3600_000;

/**
 * Deletes runs, quarantined records, events and enrolments that are older than the retention. Runs and events that
 * have not ended are kept.
 * @param retentionDays `RETENTION_DAYS`.
 */
export async function purge(engine: Engine, retentionDays: number): Promise<void> {
  const beforeMs = engine.now() - retentionDays * dayMs;
  const before = utc(beforeMs);
  let runs = 0;
  for await (const { runId, ended } of engine.runs.startedBefore(before)) {
    if (!ended) continue;
    await engine.runs.remove(runId);
    runs++;
  }
  const quarantined = await engine.quarantine.purge(before);
  let events = 0;
  for (const source of engine.inbox.sources) events += await engine.inbox.purge(source, beforeMs);
  const batches = await engine.enrolments.purge(beforeMs);
  await engine.leases.purge(engine.now() - dayMs);
  engine.log.info({ before, runs, quarantined, events, batches }, 'purge done');
}
