import { toldCounts, type Run } from '../domain/run';

/** A run as the API shows it. What was asked for stays inside: it may hold a learner's address. */
export function runView(run: Run) {
  const { runId, source, kind, destination, mode, trigger, dryRun, state, window, slices, startedAt } = run;
  const { skippedBecause, ...counts } = toldCounts(run);
  const { finishedAt, error, changes, notes } = run;
  return {
    runId,
    source,
    kind,
    destination,
    mode,
    trigger,
    dryRun,
    state,
    counts,
    ...(window && { window }),
    slices,
    startedAt,
    ...(finishedAt && { finishedAt }),
    ...(error && { error }),
    ...(skippedBecause && { skippedBecause }),
    ...(dryRun && changes && { changes }),
    ...(notes.length > 0 && { notes }),
  };
}
export type RunView = ReturnType<typeof runView>;
