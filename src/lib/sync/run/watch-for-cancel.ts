import { isEnded } from '../../domain/run';
import { CancelledError } from '../../errors';
import type { Engine } from '../engine';

/** Looks every 2 s whether the run was cancelled, or ended by someone else. @returns a signal that aborts then. */
export function watchForCancel(engine: Engine, runId: string): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  const look = async (): Promise<void> => {
    const run = await engine.runs.read(runId).catch(() => undefined);
    if (run && (run.cancelRequested || isEnded(run)))
      controller.abort(new CancelledError('The run was cancelled'));
  };
  const timer = setInterval(() => void look(), engine.patience.cancelPollMs);
  timer.unref();
  return { signal: controller.signal, end: () => clearInterval(timer) };
}
