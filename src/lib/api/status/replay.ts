import type { Utc } from '../../domain/time';
import { pathTo } from '../operations/operation';
import type { troubleOperations } from '../operations/trouble';
import { html, type Html } from './html';
import { when } from './words';

/** Something that did not get through, and what tries it again. */
export interface ToReplay {
  readonly key: string;
  readonly who: Html;
  readonly why: Html;
  readonly since: Utc;
  readonly operation: typeof troubleOperations.replayQuarantine | typeof troubleOperations.replayEvents;
  /** Which ones, as the API takes it. */
  readonly body: object;
  /** What the button does, for those who do not see where it stands. */
  readonly label: string;
}

/** A line of a list, with its button. */
export const replayItem = ({ key, who, why, since, operation, body, label }: ToReplay, at: Utc): Html => html`
  <li data-key="${key}">
    <span class="who">${who}</span>
    <span class="why">${why}</span>
    ${when(since, at)}
    <button
      class="act"
      data-post="${pathTo(operation)}"
      data-body="${JSON.stringify(body)}"
      aria-label="${label}"
    >
      Replay
    </button>
  </li>
`;

/** Why a record was refused, with the answer's status where the words do not name it. */
export const refusal = (reason: string, status: number | undefined): string =>
  status === undefined || reason.includes(String(status)) ? reason : `${reason} (answer ${status})`;
