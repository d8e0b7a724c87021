import { towards } from '../../domain/feed';
import { waitingText } from '../../domain/waiting';
import type { RunView } from '../run-view';
import { html, type Html } from './html';
import { badge } from './icons';
import { runLink, type View } from './view';
import { clock, number, span, when } from './words';

export const runRows = (runs: readonly RunView[], view: View): Html =>
  html`${runs.map((run) => runRow(run, view))}`;

function runRow(run: RunView, view: View): Html {
  const {
    runId,
    source,
    kind,
    destination,
    state,
    counts,
    trigger,
    mode,
    dryRun,
    error,
    startedAt,
    finishedAt,
  } = run;
  const how = [trigger, mode === 'full' ? 'full' : '', dryRun ? 'dry run' : ''].filter(Boolean).join(', ');
  const why = error ?? (run.waiting && waitingText(run.waiting, view.at));
  const took = finishedAt && span(Date.parse(finishedAt) - Date.parse(startedAt));
  return html`
    <tr data-key="${runId}">
      <td data-l="Started">${when(startedAt, view.at)}</td>
      <th scope="row">
        <b>${source}</b> ${kind}${towards(destination)}<small>${runLink(view, runId)}</small>
      </th>
      <td data-l="State">${badge(state)}${why && html`<small class="why">${why}</small>`}</td>
      <td data-l="By">${how}</td>
      <td data-l="Read" class="n">${number(counts.read)}</td>
      <td data-l="Sent" class="n">
        ${dryRun ? html`–<small>${number(counts.wouldSend ?? 0)} to send</small>` : number(counts.sent)}
      </td>
      <td data-l="Took" class="n">${took ?? '–'}</td>
    </tr>
  `;
}

export const runsHead = html`
  <thead>
    <tr>
      <th scope="col">Started</th>
      <th scope="col">Feed</th>
      <th scope="col">State</th>
      <th scope="col">By</th>
      <th scope="col" class="n">Read</th>
      <th scope="col" class="n">Sent</th>
      <th scope="col" class="n">Took</th>
    </tr>
  </thead>
`;

/** How one run goes or went; of a dry run, what would change. `data-ended` once nothing more will. */
export function runResult(run: RunView, isOver: boolean, view: View): Html {
  const {
    runId,
    source,
    kind,
    destination,
    state,
    counts,
    error,
    notes = [],
    changes,
    startedAt,
    skippedBecause = {},
  } = run;
  const why = error ?? (run.waiting && waitingText(run.waiting, view.at));
  return html`
    <article id="result-${runId}" data-ended="${isOver ? 'yes' : 'no'}">
      <div class="line">
        <h3><b>${source}</b> ${kind}${towards(destination)}${run.dryRun && ', dry run'} ${badge(state)}</h3>
        <time datetime="${startedAt}" title="${clock(startedAt)}">${clock(startedAt)}</time>
      </div>
      ${why && html`<p class="why">${why}</p>`}
      <p class="facts">
        <span
          >${number(counts.read)} read,
          ${run.dryRun ? `${number(counts.wouldSend ?? 0)} to send` : `${number(counts.sent)} sent`},
          ${number(counts.unchanged)} unchanged, ${number(counts.skipped)} skipped,
          ${number(counts.quarantined)} quarantined${run.dryRun ? '' : `, ${number(counts.deleted)} deleted`}
          ${!isOver && html` · started ${when(startedAt, view.at)}`}</span
        >
        <span>${runLink(view, runId)}</span>
      </p>
      ${Object.entries(skippedBecause).map(
        ([reason, rows]) => html`<p class="quiet">${number(rows)} skipped: ${reason}</p>`,
      )}
      ${changes && changesTable(changes, isOver)} ${notes.map((note) => html`<p class="quiet">${note}</p>`)}
    </article>
  `;
}

const changeWords = {
  created: 'new',
  updated: 'changed',
  deleted: 'deleted',
  wouldSend: 'would be sent',
} as const;

/** What a dry run found. */
export function changesTable(changes: NonNullable<RunView['changes']>, isOver: boolean): Html {
  const kinds = (['created', 'updated', 'deleted', 'wouldSend'] as const).filter((kind) => changes[kind] > 0);
  const total = kinds.reduce((sum, kind) => sum + changes[kind], 0);
  if (total === 0) return html`<p>${isOver ? 'Nothing would change.' : 'Nothing found yet.'}</p>`;
  const { samples } = changes;
  return html`
    <p>
      <b>What would change:</b>
      ${kinds.map((kind) => `${number(changes[kind])} ${changeWords[kind]}`).join(', ')}.
    </p>
    <table class="changes">
      <thead>
        <tr>
          <th scope="col">Change</th>
          <th scope="col">Course</th>
          <th scope="col">What</th>
        </tr>
      </thead>
      <tbody>
        ${samples.map(
          ({ change, courseId, detail }) =>
            html`<tr>
              <td data-l="Change">${changeWords[change]}</td>
              <td data-l="Course">${courseId}</td>
              <td data-l="What">${detail}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${total > samples.length && html`<p class="quiet">The first ${samples.length} of ${number(total)} are shown.</p>`}
  `;
}
