import type { EventView } from '../../events';
import { fact } from '../fact';
import { html, type Html } from '../html';
import { mark } from '../icons';
import { number, when } from '../words';
import type { SourceModel } from './model';

/** Where events come in, and the last that came. Nothing for a vendor that sends none, and sent none. */
export function webhooksSection(model: SourceModel): Html | undefined {
  const { source, webhooks } = model;
  const { address, signed, registered, events } = webhooks;
  if (!source.capabilities?.webhooks && events.length === 0) return undefined;
  return html`
    <section data-key="webhooks" aria-labelledby="webhooks-title">
      <h2 id="webhooks-title">Webhooks</h2>
      <div class="card">
        <dl class="facts-list">
          ${fact('Address', html`<code>${address}</code>`)}
          ${fact('Signature', signed ? 'asked for' : 'none: the function key alone')}
          ${fact('Set up from here', registered.length > 0 && registered.join(', '))}
          ${fact('Last event', events[0] ? html`${events[0].type ?? 'no type'}, ${when(events[0].receivedAt, model.at)}` : 'none yet')}
        </dl>
        ${events.length > 0 && eventTable(events, model)}
      </div>
    </section>
  `;
}

const eventTable = (events: readonly EventView[], { at }: SourceModel): Html => html`
  <table>
    <thead>
      <tr>
        <th scope="col">Event</th>
        <th scope="col">State</th>
        <th scope="col" class="n">Attempts</th>
        <th scope="col">Received</th>
      </tr>
    </thead>
    <tbody>
      ${events.map(
        ({ eventId, type, state, error, attempts, receivedAt }) => html`
          <tr data-key="${eventId}">
            <th scope="row">
              <b>${type ?? 'no type'}</b><small><code>${eventId}</code></small>
            </th>
            <td data-l="State">${marks[state]}${error && html`<small class="why">${error}</small>`}</td>
            <td data-l="Attempts" class="n">${number(attempts)}</td>
            <td data-l="Received">${when(receivedAt, at)}</td>
          </tr>
        `,
      )}
    </tbody>
  </table>
`;

const marks: Readonly<Record<EventView['state'], Html>> = {
  received: mark('wait', 'quiet', 'received'),
  applied: mark('good', 'good', 'applied'),
  ignored: mark('off', 'quiet', 'ignored'),
  dead: mark('bad', 'bad', 'dead'),
};
