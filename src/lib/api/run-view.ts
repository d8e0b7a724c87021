import { noteText } from '../domain/notes';
import type { Waiting } from '../domain/waiting';
import type { Engine } from '../sync/engine';
import { waitingOf } from '../sync/waiting';
import { isEnded, toldCounts, type Run } from '../domain/run';

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
    ...(notes.length > 0 && { notes: notes.map(noteText) }),
  };
}
export type RunView = ReturnType<typeof runView> & {
  /** Of one that has not ended; `runViews` and `openView` look. */
  readonly waiting?: Waiting;
};

/** Runs as the API shows them, with what those wait for that have not ended. */
export async function runViews(engine: Engine, runs: readonly Run[]): Promise<RunView[]> {
  const pauses = runs.every(isEnded) ? [] : await engine.pauses.list(engine.now());
  return Promise.all(
    runs.map(async (run) => {
      const waiting = await waitingOf(engine, run, pauses);
      return waiting ? { ...runView(run), waiting } : runView(run);
    }),
  );
}

/** The same of one. */
export const openView = async (engine: Engine, run: Run): Promise<RunView> => {
  const [view] = await runViews(engine, [run]);
  return view ?? runView(run);
};
