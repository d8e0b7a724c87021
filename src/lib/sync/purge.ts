import { sentence } from '../errors';
import { utc } from '../domain/time';
import type { Engine } from './engine';

const dayMs = 24 * 3600_000;

/**
 * Deletes events, quarantined records, enrolments and runs that are older than the retention, of all sources that
 * anything is stored of. What holds people's data goes first, and a row that cannot be deleted costs itself alone.
 * Runs and events that have not ended are kept.
 * @param retentionDays `RETENTION_DAYS`.
 * @throws the first thing that went wrong, once all else is done.
 */
export async function purge(engine: Engine, retentionDays: number): Promise<void> {
  const beforeMs = engine.now() - retentionDays * dayMs;
  const before = utc(beforeMs);
  const failures: unknown[] = [];
  const byItself = async (step: () => Promise<void>): Promise<void> => {
    try {
      await step();
    } catch (error) {
      failures.push(error);
      engine.log.error({ error: sentence(error) }, 'cannot be purged');
    }
  };
  let events = 0;
  let quarantined = 0;
  let batches = 0;
  let runs = 0;
  await byItself(async () => {
    for (const source of await engine.inbox.storedSources())
      await byItself(async () => {
        events += await engine.inbox.purge(source, beforeMs, byItself);
      });
  });
  await byItself(async () => {
    quarantined = await engine.quarantine.purge(before, byItself);
  });
  await byItself(async () => {
    batches = await engine.enrolments.purge(beforeMs, byItself);
  });
  await byItself(async () => {
    runs = await engine.runs.purge(before, byItself);
  });
  await byItself(() => engine.leases.purge(engine.now() - dayMs, byItself));
  engine.log.info({ before, runs, quarantined, events, batches }, 'purge done');
  if (failures.length > 0) throw failures[0];
}
