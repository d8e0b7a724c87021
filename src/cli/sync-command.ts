import { runView } from '../lib/api/run-view';
import { createApp, type App } from '../lib/app';
import { towards } from '../lib/domain/feed';
import { isEnded, type Run } from '../lib/domain/run';
import { cancelRun } from '../lib/sync/run/cancel';
import { destinationFlag } from '../lib/sync/feeds-of';
import { resync } from '../lib/sync/resync';
import { workRun } from '../lib/sync/run/work-run';
import type { Command } from './arguments';
import { exitCode } from './exit-code';
import { SyncProgress } from './progress';
import { ProgressLine } from './progress-line';
import { retryLine } from './retry-line';
import { summary } from './summary';
import { commandName, painter, type Terminal } from './terminal';

type SyncCommand = Command & { readonly command: 'sync' };

const ignore = (): void => undefined;

/**
 * Starts the runs that were asked for and works them in this process.
 * @returns the exit code. @throws SettingsError, InputError, UnsupportedError, RetryableError.
 */
export async function sync({ asked, failFast, json }: SyncCommand, terminal: Terminal): Promise<number> {
  const { stdout, stderr, interrupted } = terminal;
  const env = terminal.environment();
  const progress = new SyncProgress(Date.now);
  const line = new ProgressLine(stderr, (bar) => progress.line(bar));
  const app = createApp(env, {
    failFast,
    writeLog: env.LOG_LEVEL ? (text) => line.above(text) : ignore,
    onProgress: (page) => progress.page(page),
    onRetry: (retry) => line.above(retryLine(retry, Date.now(), Boolean(stderr.isTTY))),
  });
  const results = json ? stderr : stdout;
  const paint = painter(results, env);
  const stopping = (): void =>
    line.above('Stopping: waiting for what is under way (Ctrl-C again ends at once)');
  interrupted.addEventListener('abort', stopping, { once: true });
  try {
    for (const { setting, message } of app.settings.warnings) line.above(`Note: ${setting} ${message}`);
    await app.storage.prepare();
    const started = await resync(app.engine, app.settings.sources, asked, 'cli');
    for (const run of started) progress.update(run);
    const runs = await Promise.all(
      started.map(async ({ runId }) => {
        const run = await work(app, runId, progress, interrupted);
        line.hide();
        if (isEnded(run)) results.write(summary(run, paint));
        return run;
      }),
    );
    line.end();
    if (json) stdout.write(`${JSON.stringify({ runs: runs.map(runView) })}\n`);
    const left = runs.filter((run) => !isEnded(run));
    if (left.length === 0) return exitCode(runs);
    stderr.write(howToGoOn(app, left, commandName(env, 'sync')));
    return 130;
  } finally {
    line.end();
    await app.metrics?.flush();
    interrupted.removeEventListener('abort', stopping);
  }
}

/** Works one run; a dry run that is interrupted is cancelled, since nobody is to go on with it. */
async function work(app: App, runId: string, progress: SyncProgress, stop: AbortSignal): Promise<Run> {
  const { engine } = app;
  const counted = new Set<string>();
  const run = await workRun(engine, runId, stop, (now) => {
    progress.update(now);
    if (!now.planId || counted.has(now.runId)) return;
    counted.add(now.runId);
    // For the bar alone: without it the bar goes by slices.
    plannedRows(app, now).then((rows) => progress.update(now, rows), ignore);
  });
  if (isEnded(run) || !run.dryRun) return run;
  return (await cancelRun(engine, runId)) ?? run;
}

/** Rows in all slices, for a run that is cut by time. */
async function plannedRows({ engine }: App, run: Run): Promise<number | undefined> {
  let rows = 0;
  for await (const slice of engine.runs.slices(run)) {
    if (slice.work.type !== 'window') return undefined;
    if (slice.state !== 'split') rows += slice.work.expected;
  }
  return rows;
}

const howToGoOn = ({ engine }: App, runs: readonly Run[], command: string): string =>
  runs
    .map((run) => {
      const { source, kind, destination } = run;
      const { total, done, failed } = run.slices;
      const left = total > 0 ? ` (${total - done - failed} of ${total} slices are left)` : '';
      return `Stopped: the ${kind} of ${source}${towards(destination)} is not finished${left}. To go on: ${command} ${kind} --source ${source}${destinationFlag(engine, run)}\n`;
    })
    .join('');
