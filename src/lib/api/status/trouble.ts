import { pathTo } from '../operations/operation';
import { troubleOperations } from '../operations/trouble';
import { html, type Html } from './html';
import { quarantineSection } from './quarantine';
import { replayItem } from './replay';
import type { StatusModel } from './shown';
import { count } from './verdict';
import { clock, number, when } from './words';

/** Quarantined records and dead events, each with its reason and another attempt. Nothing when there are none. */
export function troubles(model: StatusModel): Html {
  return html`${pausesSection(model)}${quarantineSection(model)}${events(model)}`;
}

/** Systems that asked to be left alone, each with a button that ends it. Nothing when there are none. */
export function pausesSection({ pauses, at }: Pick<StatusModel, 'pauses' | 'at'>): Html | undefined {
  if (pauses.length === 0) return undefined;
  return html`
    <section data-key="pauses">
      <div class="line">
        <h2>Left alone for a while <span class="count">${number(pauses.length)}</span></h2>
      </div>
      <ul class="rows card">
        ${pauses.map(
          ({ system, until, why }) => html`
            <li data-key="${system}">
              <span class="who"><b>${system}</b></span>
              <span class="why"
                >${why ? `it answered ${why}` : 'it asked for a pause'}<small>until</small></span
              >
              ${when(until, at)}
              <button
                class="act"
                data-post="${pathTo(troubleOperations.endPause, { system })}"
                aria-label="End now the pause of ${system}"
              >
                End now
              </button>
            </li>
          `,
        )}
      </ul>
    </section>
  `;
}

function events({ events: { first, count: n, more }, at }: StatusModel): Html | undefined {
  if (n === 0) return undefined;
  return html`
    <section data-key="events">
      <div class="line">
        <h2>Dead webhook events <span class="count">${number(n)}${more && '+'}</span></h2>
      </div>
      <ul class="rows card">
        ${first.map(({ eventId, source, type, error, attempts, receivedAt }) =>
          replayItem(
            {
              key: eventId,
              who: html`<b>${source}</b> ${type ?? 'no type'}`,
              why: html`${error ?? 'No reason was kept'}<small>tried ${count(attempts, 'time')}</small>`,
              since: receivedAt,
              operation: troubleOperations.replayEvents,
              body: { ids: [eventId] },
              label: `Replay the event of ${source} of ${clock(receivedAt)}`,
            },
            at,
          ),
        )}
      </ul>
      ${rest(n, first.length, more)}
    </section>
  `;
}

const rest = (n: number, shown: number, more: boolean): Html | undefined =>
  n > shown || more ? html`<p class="quiet">The first ${shown} are shown; the API lists all.</p>` : undefined;
