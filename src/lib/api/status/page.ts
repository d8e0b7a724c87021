import { batchesSection } from './batches';
import { type Choices, filterWords } from './filter';
import { filterForm } from './filter-form';
import { feedTable, openRuns } from './feeds';
import { resyncForm } from './form';
import { html, type Html } from './html';
import type { StatusModel } from './shown';
import { runRows, runsHead } from './runs';
import { asOf, type Headline, headlineBox, shell, tabIcon } from './shell';
import { troubles } from './trouble';
import { lower } from './words';

/** The overview. @param nonce what the answer's Content-Security-Policy names. */
export function statusPage(model: StatusModel, choices: Choices, nonce: string): Html {
  const { above, below, runs } = parts(model);
  const content = html`
    ${filterForm(model.filter, choices, model)} ${above}${below} ${resyncForm(choices)}
    <section aria-labelledby="runs-title">
      <h2 id="runs-title">Latest runs</h2>
      <div class="card">
        <table>
          ${runsHead}${runs}
          <tbody id="older"></tbody>
        </table>
      </div>
      ${model.moreRuns && html`<p class="js-only"><button id="more" type="button">Show older runs</button></p>`}
    </section>
  `;
  return shell({ headline: headlineOf(model), up: model.up, nonce, content, live: asOf(model) });
}

/** What of the overview changes by itself: the page asks for it again and again. */
export function livePart(model: StatusModel): Html {
  const { above, below, runs } = parts(model);
  return html`${tabIcon(model.verdict.level)}${asOf(model)}${above}${below}
    <table>
      ${runs}
    </table>`;
}

function parts(model: StatusModel): Record<'above' | 'below' | 'runs', Html> {
  return {
    above: html`
      <div id="now" data-live>
        ${headlineBox(headlineOf(model))}
        <div class="block" data-key="open">${openRuns(model)}</div>
        <section data-key="feeds" aria-labelledby="feeds-title">
          <h2 id="feeds-title">Feeds</h2>
          <div class="card">${feedTable(model)}</div>
        </section>
      </div>
    `,
    below: html`<div id="trouble" data-live>${troubles(model)}${batchesSection(model)}</div>`,
    runs: html`<tbody id="runs" data-live>
      ${runRows(model.runs, model)}
    </tbody>`,
  };
}

/** What a filter left out is not judged: so it says what it is about. */
function headlineOf({ filter, verdict: { level, headline, reasons } }: StatusModel): Headline {
  const about = filterWords(filter);
  return { shape: level, tone: level, headline: about ? `${about}: ${lower(headline)}` : headline, reasons };
}
