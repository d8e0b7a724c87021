import { pathTo } from '../../operations/operation';
import { runOperations } from '../../operations/runs';
import { troubleOperations } from '../../operations/trouble';
import type { RunView } from '../../run-view';
import { progress } from '../feeds';
import { html, type Html } from '../html';
import { refusal, replayItem } from '../replay';
import { lookOf } from '../icons';
import { changesTable } from '../runs';
import { asOf, type Headline, headlineBox, saidLine, shell, tabIcon } from '../shell';
import { pausesSection } from '../trouble';
import { number } from '../words';
import { sameAgain } from './again';
import { countsTable, feedWords, runFacts } from './facts';
import type { RunModel } from './model';
import { slicesSection } from './slices';

/** The page of one run. @param nonce what the answer's Content-Security-Policy names. */
export const runPage = (model: RunModel, nonce: string): Html =>
  shell({
    headline: headlineOf(model.run),
    up: model.up,
    nonce,
    live: asOf(model),
    trail: html` / run`,
    content: html`${top(model)}${saidLine}${rest(model)}`,
  });

/** What of it changes by itself. */
export const liveRun = (model: RunModel): Html =>
  html`${tabIcon(headlineOf(model.run).tone)}${asOf(model)}${top(model)}${rest(model)}`;

// Nothing of a run that is over changes, but for its records in quarantine.
const slowMs = 30_000;

// What a button did is told between the two.
const top = (model: RunModel): Html => html`
  <div id="now" data-live data-every="${model.open ? undefined : slowMs}">
    ${headlineBox(headlineOf(model.run))} ${buttons(model)}
  </div>
`;

function rest(model: RunModel): Html {
  const { run, open } = model;
  const { changes, notes = [] } = run;
  return html`
    <div id="rest" data-live>
      ${open && html`<div class="block" data-key="open">${progress(open, model)}</div>`}
      <section data-key="counts" aria-labelledby="counts-title">
        <h2 id="counts-title">Rows</h2>
        <div class="card">${countsTable(model)} ${changes && changesTable(changes, open === undefined)}</div>
      </section>
      ${
        notes.length > 0 &&
        html`<section data-key="notes" aria-labelledby="notes-title">
          <h2 id="notes-title">Notes</h2>
          <ul class="notes card">
            ${notes.map((note) => html`<li class="why">${note}</li>`)}
          </ul>
        </section>`
      }
      ${pausesSection(model)} ${quarantine(model)}
      <section data-key="facts" aria-labelledby="facts-title">
        <h2 id="facts-title">What it is</h2>
        <div class="card">${runFacts(model)}</div>
      </section>
      ${slicesSection(model)}
    </div>
  `;
}

const sentences: Readonly<Record<RunView['state'], string>> = {
  waiting: 'It is waiting to start.',
  running: 'It is under way.',
  succeeded: 'Nothing has to be done.',
  partial: 'Some records did not get through.',
  failed: 'What was delivered counts; the next run goes on from there.',
  cancelled: 'What was delivered counts; the next run goes on from there.',
  skipped: 'Nothing was read or sent.',
};

function headlineOf(run: RunView): Headline {
  const { state, dryRun, error } = run;
  const what = `${dryRun ? 'Dry run, ' : ''}${feedWords(run)}: ${state}`;
  return {
    ...lookOf(state),
    headline: what.charAt(0).toUpperCase() + what.slice(1),
    reasons: [...(error ? [error] : []), sentences[state]],
  };
}

function buttons(model: RunModel): Html {
  const { run, open } = model;
  const body = open ? undefined : sameAgain(model);
  const what = feedWords(run);
  return html`
    <p class="acts js-only" data-key="acts">
      ${
        open &&
        html`<button
          class="act"
          data-post="${pathTo(runOperations.cancelRun, run)}"
          aria-label="Cancel the ${what}"
        >
          Cancel
        </button>`
      }
      ${
        body &&
        html`<button
          class="act"
          data-post="${pathTo(runOperations.resync)}"
          data-body="${JSON.stringify(body)}"
        >
          Run again
        </button>`
      }
    </p>
  `;
}

function quarantine({
  run: { runId },
  quarantine: { first, count: n, more },
  at,
}: RunModel): Html | undefined {
  if (n === 0) return undefined;
  return html`
    <section data-key="quarantine" aria-labelledby="quarantine-title">
      <div class="line">
        <h2 id="quarantine-title">In quarantine <span class="count">${number(n)}${more && '+'}</span></h2>
        <button
          class="act"
          data-post="${pathTo(troubleOperations.replayQuarantine)}"
          data-body="${JSON.stringify({ runId })}"
        >
          Replay all of this run
        </button>
      </div>
      <ul class="rows card">
        ${first.map(({ id, reason, status, courseId, at: since }) =>
          replayItem(
            {
              key: id,
              who: html`<code>${id}</code>`,
              why: html`${refusal(reason, status)}${courseId && html`<small>${courseId}</small>`}`,
              since,
              operation: troubleOperations.replayQuarantine,
              body: { ids: [id] },
              label: `Replay ${id}`,
            },
            at,
          ),
        )}
      </ul>
      ${more && html`<p class="quiet">The first ${first.length} are shown; the API lists all.</p>`}
    </section>
  `;
}
