import { utc } from '../domain/time';
import type { Engine } from './engine';

const dayMs = 24 * 3600_000;

/**
 * Deletes runs and quarantined records that are older than the retention. A run that has not ended is kept.
 * @param retentionDays `RETENTION_DAYS`.
 */
export async function purge(engine: Engine, retentionDays: number): Promise<void> {
  const before = utc(engine.now() - retentionDays * dayMs);
  let runs = 0;
  for await (const { runId, ended } of engine.runs.startedBefore(before)) {
    if (!ended) continue;
    await engine.runs.remove(runId);
    runs++;
  }
  const quarantined = await engine.quarantine.purge(before);
  await engine.leases.purge(engine.now() - dayMs);
  engine.log.info({ before, runs, quarantined }, 'purge done');
}
