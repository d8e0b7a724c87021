import { randomBytes } from 'node:crypto';
import type { App } from '../../app';
import { isEnded } from '../../domain/run';
import { utc } from '../../domain/time';
import { type Answer, problem } from '../answer';
import { atTheDoor } from '../door';
import { parseQuery } from '../requests';
import { runView } from '../run-view';
import { html, type Html } from './html';
import { readStatus } from './model';
import { livePart, statusPage, troublePage } from './page';
import { statusQuery } from './query';
import { runResult, runRows } from './runs';

const older = 25;

/**
 * The page people look at, or a part of it. When there is nothing to show, the page says why and looks again; a part
 * answers as the API does.
 */
export async function getStatus(search: URLSearchParams): Promise<Answer> {
  const query = parseQuery(statusQuery, search);
  if (!query.ok) return query.answer;
  const { part, runId = '' } = query.value;
  const nonce = randomBytes(16).toString('base64');
  const answer = await atTheDoor((app) => {
    if (part === 'run') return runPart(app, runId);
    if (part === 'runs') return runsPart(app, runId);
    return part === 'now' ? nowPart(app) : wholePage(app, nonce);
  });
  return part === undefined && answer.status >= 400 ? trouble(answer, nonce) : answer;
}

async function wholePage(app: App, nonce: string): Promise<Answer> {
  const { sources, destinations } = app.settings;
  const choices = { sources: sources.map(({ id }) => id), destinations: destinations.map(({ id }) => id) };
  return page(200, statusPage(await readStatus(app), choices, nonce), nonce);
}

const nowPart = async (app: App): Promise<Answer> => page(200, livePart(await readStatus(app)));

async function runPart(app: App, runId: string): Promise<Answer> {
  const run = await app.engine.runs.read(runId);
  if (!run) return problem({ status: 404, title: 'No such run', detail: `There is no run ${runId}` });
  return page(200, runResult(runView(run), isEnded(run), utc(app.engine.now())));
}

/** The runs before one. */
async function runsPart(app: App, after: string): Promise<Answer> {
  const runs = [];
  for await (const run of app.engine.runs.list({ after, pageSize: older + 1 })) {
    runs.push(runView(run));
    if (runs.length > older) break;
  }
  const rows = runRows(runs.slice(0, older), utc(app.engine.now()));
  const more = runs.length > older ? 'yes' : 'no';
  const body = html`<table>
    <tbody data-more="${more}">
      ${rows}
    </tbody>
  </table>`;
  return page(200, body);
}

/** @param answer a problem, which becomes a page of the same status. */
function trouble(answer: Answer, nonce: string): Answer {
  const told = JSON.parse(answer.body ?? '{}') as {
    title: string;
    detail?: string;
    errors?: { setting?: string; message: string }[];
  };
  const settings = (told.errors ?? []).map(({ setting, message }) => `${setting} ${message}.`);
  const reasons = settings.length > 0 ? settings : told.detail ? [`${told.detail}.`] : [];
  const { 'retry-after': retryAfter } = answer.headers;
  return page(
    answer.status,
    troublePage(told.title, reasons, nonce),
    nonce,
    retryAfter ? { 'retry-after': retryAfter } : {},
  );
}

/** @param nonce of the page's style and script; a part has none. */
function page(status: number, body: Html, nonce?: string, headers: Record<string, string> = {}): Answer {
  const own = nonce
    ? `style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; form-action 'self'; `
    : '';
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': `default-src 'none'; ${own}base-uri 'none'; frame-ancestors 'none'`,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      ...headers,
    },
    body: body.text.trim(),
  };
}
