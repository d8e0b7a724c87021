import type { Feed } from '../../domain/feed';
import { isEnded, type Run } from '../../domain/run';
import { utc } from '../../domain/time';
import type { Engine } from '../engine';

/**
 * Gives a waiting run its feed's turn, if that is free, and wakes the planner. A timer's run that finds the feed
 * busy is skipped; an operator's waits.
 * @param here the caller plans the run itself.
 */
export async function takeTurn(engine: Engine, run: Run, here = false): Promise<Run> {
  const feed: Feed = { source: run.source, kind: run.kind, destination: run.destination };
  if (run.state !== 'waiting') {
    if (run.state !== 'running') await releaseFeed(engine, run);
    return run;
  }
  if (!run.dryRun) {
    const state = await engine.feeds.update(feed, ({ activeRun }) =>
      activeRun === undefined ? { activeRun: run.runId } : undefined,
    );
    if (state.activeRun !== run.runId) {
      if (run.trigger !== 'timer') return run;
      let isMine = false;
      const skipped = await engine.runs.update(run.runId, ({ state: now }) => {
        isMine = now === 'waiting';
        if (!isMine) return undefined;
        const error = `The run ${state.activeRun} was still going on`;
        return { state: 'skipped', finishedAt: utc(engine.now()), error };
      });
      if (skipped && isMine) engine.onRunEnded?.(skipped);
      if (skipped && isEnded(skipped)) await engine.runs.noteEnd(skipped);
      await engine.feeds.unmarkOpen(feed, run.runId);
      return skipped ?? run;
    }
  }
  if (!here) await engine.wakeUps.send({ queue: 'sync-runs', body: { runId: run.runId } });
  return run;
}

/** Frees the turn of the feed of a run that has ended, and gives it to the oldest run that waits. */
export async function releaseFeed(engine: Engine, run: Run): Promise<void> {
  await engine.runs.noteEnd(run);
  const feed: Feed = { source: run.source, kind: run.kind, destination: run.destination };
  await engine.feeds.update(feed, ({ activeRun }) =>
    activeRun === run.runId ? { activeRun: undefined } : undefined,
  );
  await engine.feeds.unmarkOpen(feed, run.runId);
  if (run.dryRun) return;
  for (const { runId } of await engine.feeds.listOpen(feed)) {
    const next = await engine.runs.read(runId);
    if (next?.state === 'waiting' && !next.dryRun) {
      await takeTurn(engine, next);
      return;
    }
  }
}
