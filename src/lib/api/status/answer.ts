import type { App } from '../../app';
import { isEnded, type Run } from '../../domain/run';
import { utc } from '../../domain/time';
import { type Answer, problem } from '../answer';
import { openView, runViews } from '../run-view';
import { mustBeChoices, type StatusFilter } from './filter';
import { html } from './html';
import { readStatusModel } from './model';
import { livePart, statusPage } from './page';
import { answerPage, type Called, pagePart, wholePage } from './page-answer';
import { statusQuery } from './query';
import { runResult, runRows } from './runs';

const older = 25;

/** The overview: the page people look at first, or a part of it. */
export const getStatus = (called: Called): Promise<Answer> =>
  answerPage(called, 'status', statusQuery, async (app, asked, { up, nonce }) => {
    const { part, runId = '', ...filter } = asked;
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
  const runs: Run[] = [];
  for await (const run of app.engine.runs.list({ ...filter, after, pageSize: older + 1 })) {
    runs.push(run);
    if (runs.length > older) break;
  }
  const rows = runRows(await runViews(app.engine, runs.slice(0, older)), { at: utc(app.engine.now()), up });
  const more = runs.length > older ? 'yes' : 'no';
  const body = html`<table>
    <tbody data-more="${more}">
      ${rows}
    </tbody>
  </table>`;
  return pagePart(body);
}
