import { feedTable, openRuns } from './feeds';
import { type Choices, resyncForm } from './form';
import { html, Html } from './html';
import { icon, sprite } from './icons';
import type { StatusModel } from './shown';
import { runRows, runsHead } from './runs';
import { script } from './script';
import { style } from './style';
import { troubles } from './trouble';
import type { Verdict } from './shown';
import { clock } from './words';

/** The page. @param nonce what the answer's Content-Security-Policy names. */
export function statusPage(model: StatusModel, choices: Choices, nonce: string): Html {
  const { asOf, above, below, runs } = parts(model);
  return shell(
    model.verdict,
    nonce,
    html`
      ${above}${below} ${resyncForm(choices)}
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
    `,
    asOf,
  );
}

/** What of the page changes by itself: the page asks for it again and again. */
export function livePart(model: StatusModel): Html {
  const { asOf, above, below, runs } = parts(model);
  return html`${asOf}${above}${below}
    <table>
      ${runs}
    </table>`;
}

function parts(model: StatusModel): Record<'asOf' | 'above' | 'below' | 'runs', Html> {
  const { verdict, at } = model;
  return {
    above: html`
      <div id="now" data-live data-at="${clock(at)}">
        ${verdictBox(verdict)}
        <div class="block" data-key="open">${openRuns(model)}</div>
        <section data-key="feeds" aria-labelledby="feeds-title">
          <h2 id="feeds-title">Feeds</h2>
          <div class="card">${feedTable(model)}</div>
        </section>
      </div>
    `,
    asOf: html`<span id="as-of" data-live>as of ${at.slice(11, 19)} UTC</span>`,
    below: html`<div id="trouble" data-live>${troubles(model)}</div>`,
    runs: html`<tbody id="runs" data-live>
      ${runRows(model.runs, at)}
    </tbody>`,
  };
}

const verdictBox = (verdict: Verdict): Html => html`
  <div
    class="verdict ${verdict.level}"
    id="verdict"
    data-key="verdict"
    data-title="${titleOf(verdict)}"
    role="status"
  >
    ${icon(verdict.level)}
    <div>
      <h1>${verdict.headline}</h1>
      <ul>
        ${verdict.reasons.map((reason) => html`<li>${reason}</li>`)}
      </ul>
    </div>
  </div>
`;

/** The page when there is nothing to show: it looks again by itself. */
export const troublePage = (headline: string, reasons: readonly string[], nonce: string): Html =>
  shell(
    { level: 'bad', headline, reasons },
    nonce,
    html`${verdictBox({ level: 'bad', headline, reasons })}
      <p class="js-only" id="said">This page looks again every few seconds.</p>`,
  );

const marks = { good: '✓', look: '!', bad: '✕' } as const;
const titleOf = ({ level, headline }: Verdict): string => `${marks[level]} ${headline} · LMS Bridge`;

const shell = (verdict: Verdict, nonce: string, content: Html, asOf?: Html): Html => html`
  <!doctype html>
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <title>${titleOf(verdict)}</title>
      <noscript><meta http-equiv="refresh" content="30" /></noscript>
      <style nonce="${nonce}">
        ${new Html(style)}
      </style>
    </head>
    <body>
      ${sprite}
      <div id="banner" role="alert" hidden></div>
      <header><b>LMS Bridge</b> ${asOf}</header>
      <main>
        <p class="no-js quiet">Without scripts this page is for reading; it is loaded anew every 30 s.</p>
        ${content}
      </main>
      <footer>
        Point at a time to see its date. All times are UTC. <a href="openapi.json">API description</a>
      </footer>
      <script nonce="${nonce}">
        ${new Html(script)};
      </script>
    </body>
  </html>
`;
