import type { Run } from '../domain/run';
import { appOperations } from './operations/app';
import { pathTo } from './operations/operation';
import { runOperations } from './operations/runs';
import type { RunView } from './run-view';

// What people and programs go on from: base is the address of the API, such as http://localhost:7071/api.

const pageOf = (runId: string, base: string): string =>
  `${base}/${pathTo(appOperations.getRunPage, { runId })}`;

/** A run with the address of its page. */
export const withPage = (run: RunView, base: string): RunView & { page: string } => ({
  ...run,
  page: pageOf(run.runId, base),
});

/** A run that was started, and where to follow it. */
export const startedView = ({ runId, source, kind, destination }: Run, base: string) => ({
  runId,
  source,
  kind,
  destination,
  url: `${base}/${pathTo(runOperations.getRun, { runId })}`,
  page: pageOf(runId, base),
});
