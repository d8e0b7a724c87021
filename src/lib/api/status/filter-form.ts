import { feedKinds } from '../../domain/feed';
import { runStates } from '../../domain/run';
import { appOperations } from '../operations/app';
import { pathTo } from '../operations/operation';
import { type Choices, isFilter, type StatusFilter } from './filter';
import { html, type Html } from './html';
import { overviewLink, type View } from './view';

/** Its address can be shared, and it works without scripts. */
export function filterForm(filter: StatusFilter, choices: Choices, view: Pick<View, 'up'>): Html {
  const { source, kind, destination, state } = filter;
  return html`
    <form
      class="filter"
      method="get"
      action="${view.up}${pathTo(appOperations.getStatus)}"
      aria-label="What is shown"
    >
      ${select('Source', 'source', choices.sources, source)} ${select('Kind', 'kind', feedKinds, kind)}
      ${select('Destination', 'destination', choices.destinations, destination)}
      ${select('State', 'state', runStates, state)}
      <div class="line">
        <button>Show</button>
        ${isFilter(filter) && overviewLink(view, 'Show all')}
      </div>
    </form>
  `;
}

const select = (
  label: string,
  name: string,
  values: readonly string[],
  chosen: string | undefined,
): Html => html`
  <label
    >${label}
    <select name="${name}">
      <option value="">all</option>
      ${values.map((value) => (value === chosen ? html`<option selected>${value}</option>` : html`<option>${value}</option>`))}
    </select></label
  >
`;
