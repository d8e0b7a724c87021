import { feedTable, openRuns } from '../feeds';
import { fact } from '../fact';
import { html, type Html } from '../html';
import { runRows, runsHead } from '../runs';
import { asOf, type Headline, headlineBox, saidLine, shell, tabIcon } from '../shell';
import { troubles } from '../trouble';
import { lower } from '../words';
import { capabilityList } from './capabilities';
import type { SourceModel } from './model';
import { webhooksSection } from './webhooks';

/** The page of one source. @param nonce what the answer's Content-Security-Policy names. */
export const sourcePage = (model: SourceModel, nonce: string): Html =>
  shell({
    headline: headlineOf(model),
    up: model.up,
    nonce,
    live: asOf(model),
    trail: html` / source`,
    content: html`${top(model)}${saidLine}${rest(model)}`,
  });

/** What of it changes by itself. */
export const liveSource = (model: SourceModel): Html =>
  html`${tabIcon(headlineOf(model).tone)}${asOf(model)}${top(model)}${rest(model)}`;

// What a button did is told between the two.
const top = (model: SourceModel): Html =>
  html`<div id="now" data-live>${headlineBox(headlineOf(model))}</div>`;

function headlineOf({ id, source, verdict: { level, headline, reasons } }: SourceModel): Headline {
  const problems = (source.problems ?? []).map(({ setting, message }) => `${setting} ${message}`);
  // A source without feeds has no run that would tell.
  if (problems.length > 0)
    return { shape: 'bad', tone: 'bad', headline: `${id}: its settings are wrong`, reasons: problems };
  const off = source.enabled === false ? ['Timers leave it out: it is not enabled.'] : [];
  return { shape: level, tone: level, headline: `${id}: ${lower(headline)}`, reasons: [...reasons, ...off] };
}

function rest(model: SourceModel): Html {
  return html`
    <div id="rest" data-live>
      <div class="block" data-key="open">${openRuns(model)}</div>
      <section data-key="feeds" aria-labelledby="feeds-title">
        <h2 id="feeds-title">Feeds</h2>
        <div class="card">
          ${model.feeds.length > 0 ? feedTable(model) : html`<p class="quiet">It has none: no records go from it to a destination.</p>`}
        </div>
      </section>
      ${troubles(model)}
      <section data-key="can" aria-labelledby="can-title">
        <h2 id="can-title">What it can do</h2>
        <div class="card">${capabilityList(model.source)}</div>
      </section>
      ${webhooksSection(model)} ${settingsSection(model)} ${runsSection(model)}
    </div>
  `;
}

function settingsSection({ source, settings }: SourceModel): Html | undefined {
  if (source.problems !== undefined && settings.length === 0) return undefined;
  return html`
    <section data-key="settings" aria-labelledby="settings-title">
      <h2 id="settings-title">Settings</h2>
      <div class="card">
        <dl class="facts-list settings">
          ${settings.map(({ name, value }) => fact(html`<code>${name}</code>`, value ?? hidden))}
        </dl>
      </div>
      <p class="quiet">All others are as when left out. Secrets are not shown.</p>
    </section>
  `;
}

const hidden = html`<span aria-label="set, not shown">••••••••</span>`;

function runsSection(model: SourceModel): Html | undefined {
  if (model.runs.length === 0) return undefined;
  return html`
    <section data-key="runs" aria-labelledby="runs-title">
      <h2 id="runs-title">Latest runs</h2>
      <div class="card">
        <table>
          ${runsHead}
          <tbody>
            ${runRows(model.runs, model)}
          </tbody>
        </table>
      </div>
      ${model.moreRuns && html`<p><a data-page href="${model.up}status?source=${model.id}">All runs of ${model.id}</a></p>`}
    </section>
  `;
}
