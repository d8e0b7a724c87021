import type { Choices } from './filter';
import { html, type Html } from './html';
import { saidLine } from './shell';

/** Asks for runs. Its fields are named as those of `POST /resync`. Without scripts it is not shown. */
export function resyncForm({ sources, destinations }: Choices): Html {
  return html`
    <section class="js-only" aria-labelledby="resync-title">
      <h2 id="resync-title">Sync now</h2>
      <div class="card">
        <form id="resync">
          <label class="wide"
            >Source
            <select name="source">
              <option value="">All sources</option>
              ${sources.map((id) => html`<option>${id}</option>`)}
            </select></label
          >
          <label class="wide"
            >What
            <select name="kind">
              <option value="">Catalog and consumption</option>
              <option value="catalog">Catalog</option>
              <option value="consumption">Consumption</option>
            </select></label
          >
          ${
            destinations.length > 1 &&
            html`<label class="wide"
              >Destination
              <select name="destination">
                <option value="">All destinations</option>
                ${destinations.map((id) => html`<option>${id}</option>`)}
              </select></label
            >`
          }
          <label class="wide"
            >How much
            <select name="mode">
              <option value="">What changed</option>
              <option value="full">Everything</option>
            </select></label
          >
          <label class="wide">Modified from (UTC)<input type="datetime-local" name="from" /></label>
          <label class="wide">Modified until (UTC)<input type="datetime-local" name="to" /></label>
          <label class="wide"
            >Course<input name="courseId" placeholder="all" autocomplete="off" spellcheck="false"
          /></label>
          <div class="all">
            <label class="tick"
              ><input type="checkbox" name="dryRun" checked />Dry run: send nothing, show what would
              change</label
            >
            <label class="tick"><input type="checkbox" name="allowDeletes" />Allow many deletions</label>
          </div>
          <div class="all">
            <button class="main">Start</button>
            ${saidLine}
          </div>
        </form>
        <div id="results" role="region" aria-label="Results"></div>
      </div>
    </section>
  `;
}
