import { appOperations } from '../operations/app';
import { pathTo } from '../operations/operation';
import { favicon } from './favicon';
import { html, Html } from './html';
import { icon, type Shape, sprite, type Tone } from './icons';
import { script } from './script';
import { style } from './style';
import { overviewLink, type View } from './view';
import { clock } from './words';

/** What a page says first, and in its tab. */
export interface Headline {
  readonly shape: Shape;
  readonly tone: Tone;
  readonly headline: string;
  /** A sentence each. */
  readonly reasons: readonly string[];
}

export const headlineBox = (said: Headline): Html => html`
  <div
    class="verdict ${said.tone}"
    id="verdict"
    data-key="verdict"
    data-title="${titleOf(said)}"
    role="status"
  >
    ${icon(said.shape)}
    <div>
      <h1>${said.headline}</h1>
      <ul>
        ${said.reasons.map((reason) => html`<li>${reason}</li>`)}
      </ul>
    </div>
  </div>
`;

export interface PageParts {
  readonly headline: Headline;
  readonly up: string;
  /** What the answer's Content-Security-Policy names. */
  readonly nonce: string;
  readonly content: Html;
  /** Changes with the page, in its head. */
  readonly live?: Html;
  /** What stands at the top, left of the time; left out on the overview. */
  readonly trail?: Html;
  /** False: the page does not look again by itself. */
  readonly again?: boolean;
}

/** A whole page. What bears `data-live` changes by itself: `livePart` gives it again. */
export const shell = ({ headline, up, nonce, content, live, trail, again = true }: PageParts): Html => html`
  <!doctype html>
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <title>${titleOf(headline)}</title>
      ${tabIcon(headline.tone)}
      ${again && html`<noscript><meta http-equiv="refresh" content="30" /></noscript>`}
      <style nonce="${nonce}">
        ${new Html(style)}
      </style>
    </head>
    <body data-api="${up}" data-again="${again ? 'yes' : 'no'}">
      ${sprite}
      <div id="banner" role="alert" hidden></div>
      <header>
        <nav aria-label="Where you are">
          <b>${trail ? overviewLink({ up }, 'LMS Bridge') : 'LMS Bridge'}</b>${trail}
        </nav>
        ${live}
      </header>
      <main>
        ${again && html`<p class="no-js quiet">Without scripts this page is for reading; it is loaded anew every 30 s.</p>`}
        ${content}
      </main>
      <footer>
        Point at a time to see its date. All times are UTC.
        <a href="${up}${pathTo(appOperations.getOpenApi)}">API description</a>
      </footer>
      <script nonce="${nonce}">
        ${new Html(script)};
      </script>
    </body>
  </html>
`;

export const asOf = ({ at }: Pick<View, 'at'>): Html =>
  html`<span id="as-of" data-live data-at="${clock(at)}">as of ${at.slice(11, 19)} UTC</span>`;

export const tabIcon = (tone: Tone): Html =>
  html`<link id="tab-icon" data-live rel="icon" type="image/svg+xml" href="${favicon(tone)}" />`;

/** Where what a button did is told. */
export const saidLine = html`<p id="said" class="said" role="status"></p>`;

/** The page when there is nothing to show. @param again whether it looks again by itself. */
export function troublePage(
  headline: string,
  reasons: readonly string[],
  { up, nonce, again }: Pick<PageParts, 'up' | 'nonce'> & { readonly again: boolean },
): Html {
  const said: Headline = { shape: 'bad', tone: 'bad', headline, reasons };
  const content = html`${headlineBox(said)}
  ${again ? html`<p class="js-only" id="said">This page looks again every few seconds.</p>` : html`<p>${overviewLink({ up }, 'To all feeds')}</p>`}`;
  return shell({ headline: said, up, nonce, content, again });
}

const marks: Readonly<Record<Tone, string>> = { good: '✓', look: '!', bad: '✕', busy: '▶', quiet: '–' };
const titleOf = ({ tone, headline }: Headline): string => `${marks[tone]} ${headline} · LMS Bridge`;
