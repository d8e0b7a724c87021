import { isEnded, type Run } from '../domain/run';
import { destinationSystem } from '../store/pauses';
import type { Engine } from './engine';

/**
 * Ends the pause that a system asked for, and wakes what was waiting for its end.
 * @param system a source's id, or what `destinationSystem` calls a destination. @returns false when it asked for none.
 */
export async function endPause(engine: Engine, system: string): Promise<boolean> {
  if (!(await engine.pauses.end(system, engine.now()))) return false;
  engine.log.info({ system }, 'pause ended by an operator');
  for (const { feed, runId } of await engine.feeds.listOpen()) {
    if (feed.source !== system && destinationSystem(feed.destination) !== system) continue;
    const run = await engine.runs.read(runId);
    if (run && !isEnded(run)) await wakeRun(engine, run);
  }
  return true;
}

async function wakeRun(engine: Engine, run: Run): Promise<void> {
  const { runId } = run;
  if (run.state === 'waiting') {
    if (run.planDueAt <= engine.now()) return;
    await engine.runs.update(runId, ({ planId }) => (planId ? undefined : { planDueAt: engine.now() }));
    return engine.wakeUps.send({ queue: 'sync-runs', body: { runId } });
  }
  for await (const slice of engine.runs.slices(run, 'pending')) {
    if (slice.dueAt <= engine.now()) continue;
    await engine.runs.updateSlice(run, slice.number, () => ({ dueAt: engine.now() }), slice);
    await engine.wakeUps.send({ queue: 'sync-slices', body: { runId, slice: slice.number } });
  }
}
