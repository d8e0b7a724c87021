import type { App } from '../../app';
import { isEnded } from '../../domain/run';
import { utc } from '../../domain/time';
import { type Answer, problem } from '../answer';
import { appOperations } from '../operations/app';
import { pageOf } from '../page';
import { openView, runViews } from '../run-view';
import { mustBeChoices, type StatusFilter } from './filter';
import { html } from './html';
import { readStatusModel } from './model';
import { livePart, statusPage } from './page';
import { answerPage, type Called, pagePart, wholePage } from './page-answer';
import { runResult, runRows } from './runs';

const older = 25;

/** The overview: the page people look at first, or a part of it. */
export const getStatus = (called: Called): Promise<Answer> =>
  answerPage(called, appOperations.getStatus, async (app, { query }, { up, nonce }) => {
    const { part, runId = '', ...filter } = query;
    if (part === 'run') return runPart(app, runId, up);
    const { sources, destinations } = app.settings;
    const choices = { sources: sources.map(({ id }) => id), destinations: destinations.map(({ id }) => id) };
    mustBeChoices(filter, choices);
    if (part === 'runs') return runsPart(app, runId, filter, up);
    const model = await readStatusModel(app, { up, filter });
    if (part === 'now') return pagePart(livePart(model));
    return wholePage(statusPage(model, choices, nonce), nonce);
  });

async function runPart(app: App, runId: string, up: string): Promise<Answer> {
  const run = await app.engine.runs.read(runId);
  if (!run) return problem({ status: 404, title: 'No such run', detail: `There is no run ${runId}` });
  return pagePart(
    runResult(await openView(app.engine, run), isEnded(run), { at: utc(app.engine.now()), up }),
  );
}

/** The runs before one. */
async function runsPart(app: App, after: string, filter: StatusFilter, up: string): Promise<Answer> {
  const { runs } = app.engine;
  const { entries, more } = await pageOf((pageSize) => runs.list({ ...filter, after, pageSize }), older);
  const rows = runRows(await runViews(app.engine, entries), { at: utc(app.engine.now()), up });
  const body = html`<table>
    <tbody data-more="${more ? 'yes' : 'no'}">
      ${rows}
    </tbody>
  </table>`;
  return pagePart(body);
}
