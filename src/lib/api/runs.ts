import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import type { App } from '../app';
import { stopping } from '../stopping';
import { beginRuns } from '../sync/run/begin';
import { cancelRun } from '../sync/run/cancel';
import { mustBeKnown } from '../sync/feeds-of';
import { resync } from '../sync/resync';
import { listWatermarks } from '../sync/watermarks';
import { type Answer, json, problem } from './answer';
import { pageOf } from './page';
import type { resyncRequest, runsQuery, watermarksQuery } from './requests';
import { startedView, withPage } from './run-address';
import { openView, runView, runViews } from './run-view';

const noSuchRun = (runId: string): Answer =>
  problem({ status: 404, title: 'No such run', detail: `There is no run ${runId}` });

/** An answer waits for so long for what is quickly done, milliseconds. */
const answerMs = 2_000;

/**
 * Starts runs and begins them at once: what one slice holds has arrived by the time of the answer, if that is soon.
 * @param base the address of the API, such as http://localhost:7071/api.
 */
export async function postResync(
  app: App,
  asked: z.output<typeof resyncRequest>,
  base: string,
): Promise<Answer> {
  const runs = await resync(app.engine, app.settings.sources, asked, 'resync', true);
  await Promise.race([beginRuns(app.engine, runs, stopping, 1), sleep(answerMs, undefined, { ref: false })]);
  return json(202, {
    runs: runs.map((run) => startedView(run, base)),
  });
}

/** @param base the address of the API, such as http://localhost:7071/api. */
export async function listRuns(app: App, query: z.output<typeof runsQuery>, base: string): Promise<Answer> {
  const { limit, next, ...filter } = query;
  await mustBeKnown(app.engine, filter.destination);
  const { runs } = app.engine;
  const { entries, more } = await pageOf(
    (pageSize) => runs.list({ after: next, ...filter, pageSize }),
    limit,
  );
  const shown = await runViews(app.engine, entries);
  return json(200, {
    runs: shown.map((run) => withPage(run, base)),
    ...(more && { next: entries.at(-1)?.runId }),
  });
}

export async function getRun(app: App, runId: string, base: string): Promise<Answer> {
  const run = await app.engine.runs.read(runId);
  return run ? json(200, withPage(await openView(app.engine, run), base)) : noSuchRun(runId);
}

export async function postCancel(app: App, runId: string, base: string): Promise<Answer> {
  const run = await cancelRun(app.engine, runId);
  return run ? json(202, withPage(runView(run), base)) : noSuchRun(runId);
}

export async function getWatermarks(app: App, query: z.output<typeof watermarksQuery>): Promise<Answer> {
  return json(200, { watermarks: await listWatermarks(app.engine, query) });
}
