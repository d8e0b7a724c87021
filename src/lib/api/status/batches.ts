import type { BatchView } from '../enrolment-list';
import { enrolmentOperations } from '../operations/enrolments';
import { pathTo } from '../operations/operation';
import { html, type Html } from './html';
import { mark } from './icons';
import type { StatusModel } from './shown';
import { number, when } from './words';

/** The newest batches of enrolments and removals, each leading to its rows. Nothing when there are none. */
export function batchesSection(model: StatusModel): Html | undefined {
  const { batches } = model;
  if (batches.length === 0) return undefined;
  return html`
    <section data-key="batches" aria-labelledby="batches-title">
      <h2 id="batches-title">Enrolments</h2>
      <div class="card">
        <table>
          <thead>
            <tr>
              <th scope="col">Batch</th>
              <th scope="col">State</th>
              <th scope="col">Taken in</th>
              <th scope="col" class="n">Rows</th>
              <th scope="col" class="n">Done</th>
              <th scope="col" class="n">Failed</th>
            </tr>
          </thead>
          <tbody>
            ${batches.map((batch) => batchRow(batch, model))}
          </tbody>
        </table>
      </div>
    </section>
  `;
}

const batchRow = (
  { batchId, action, state, createdAt, counts }: BatchView,
  { at, up }: StatusModel,
): Html => html`
  <tr data-key="${batchId}">
    <th scope="row">
      <b>${action === 'enrol' ? 'enrolments' : 'removals'}</b
      ><small
        ><a data-page class="id" href="${up}${pathTo(enrolmentOperations.getEnrolments, { batchId })}"
          >${batchId}</a
        ></small
      >
    </th>
    <td data-l="State">${stateOf(state, counts.failed)}</td>
    <td data-l="Taken in">${when(createdAt, at)}</td>
    <td data-l="Rows" class="n">${number(counts.total)}</td>
    <td data-l="Done" class="n">${number(counts.done)}</td>
    <td data-l="Failed" class="n">${number(counts.failed)}</td>
  </tr>
`;

function stateOf(state: BatchView['state'], failed: number): Html {
  if (state === 'running') return mark('run', 'busy', 'running');
  return failed > 0 ? mark('look', 'look', 'done, some failed') : mark('good', 'good', 'done');
}
