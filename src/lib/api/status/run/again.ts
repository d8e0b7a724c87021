import type { RunModel } from './model';

/** What `POST /resync` takes to start the same run again; undefined when that would name a person, or make no sense. */
export function sameAgain({ run, asked }: Pick<RunModel, 'run' | 'asked'>): object | undefined {
  const { source, kind, destination, mode, dryRun } = run;
  const { learner, replay, ...rest } = asked;
  // Who the learner is stays in storage. What is still in quarantine has a button of its own.
  if (learner !== undefined || replay !== undefined) return undefined;
  return { source, kind, destination, mode, ...(dryRun && { dryRun }), ...rest };
}
