import { feedName, towards } from '../../domain/feed';
import type { Utc } from '../../domain/time';
import { waitingText } from '../../domain/waiting';
import { pathTo } from '../operations/operation';
import { runOperations } from '../operations/runs';
import type { RunView } from '../run-view';
import { html, type Html } from './html';
import { badge, icon } from './icons';
import type { FeedStatus, OpenRun, StatusModel } from './shown';
import { sparkline } from './sparkline';
import { count } from './verdict';
import { runLink, sourceLink, type View } from './view';
import { number, span, when } from './words';

/** Runs that have not ended, each with how far it is. Nothing when nothing runs. */
export function openRuns(model: StatusModel): Html {
  const { open } = model;
  if (open.length === 0) return html``;
  return html`<h2>Now running</h2>
    <ul class="open card">
      ${open.map((one) => openRunItem(one, model))}
    </ul>`;
}

function openRunItem(open: OpenRun, view: View): Html {
  const { runId, source, kind, destination, state, dryRun } = open.run;
  return html`
    <li data-key="${runId}">
      <div class="line">
        <span
          ><b>${source}</b> ${kind}${towards(destination)}${dryRun && html` <i>dry run</i>`}
          ${badge(state)}</span
        >
        <button
          class="act"
          data-post="${pathTo(runOperations.cancelRun, { runId })}"
          aria-label="Cancel the ${kind} run of ${source}${towards(destination)}"
        >
          Cancel
        </button>
      </div>
      ${progress(open, view)}
      <p class="facts">${runLink(view, runId)}</p>
    </li>
  `;
}

/** A bar, and how far a run is in words. */
export function progress({ run, done, rowsPerSecond, secondsLeft }: OpenRun, { at }: View): Html {
  const { source, kind, destination, state, slices, counts, startedAt } = run;
  const label = `${source} ${kind}${towards(destination)}`;
  const facts = [
    state === 'waiting' ? 'waiting to start' : '',
    slices.total > 0 ? `${number(slices.done + slices.failed)} of ${count(slices.total, 'slice')}` : '',
    counts.read > 0 ? count(counts.read, 'row') : '',
    rowsPerSecond ? `${number(Math.max(1, Math.round(rowsPerSecond)))} rows/s` : '',
    secondsLeft ? `about ${span(secondsLeft * 1_000)} left` : '',
  ].filter(Boolean);
  const bar =
    done === undefined
      ? html`<progress aria-label="${label}"></progress>`
      : html`<progress aria-label="${label}" max="1" value="${done.toFixed(3)}"></progress>`;
  return html`${bar} ${run.waiting && html`<p class="why">${waitingText(run.waiting, at)}</p>`}
    <p class="facts"><span>${facts.join(' · ')}</span> <span>started ${when(startedAt, at)}</span></p>`;
}

/** A row a feed. */
export function feedTable(model: View & Pick<StatusModel, 'feeds'>): Html {
  const { feeds } = model;
  if (feeds.length === 0) return html`<p class="quiet">There are no sources; name them in LMS_SOURCES.</p>`;
  return html`
    <table class="feeds">
      <thead>
        <tr>
          <th scope="col">Feed</th>
          <th scope="col">State</th>
          <th scope="col">Last run</th>
          <th scope="col" class="n">Rows</th>
          <th scope="col" class="n">Behind</th>
          <th scope="col">Last 30 runs</th>
          <th scope="col">Next run</th>
        </tr>
      </thead>
      <tbody>
        ${feeds.map((feed) => feedRow(feed, model))}
      </tbody>
    </table>
  `;
}

function nextRun({ nextDue, enabled, timerOff }: FeedStatus, at: Utc): Html | string {
  if (!enabled) return 'switched off';
  if (timerOff) return 'timer is off';
  return nextDue ? when(nextDue, at) : '–';
}

function feedRow(feed: FeedStatus, view: View): Html {
  const { at } = view;
  const { source, kind, destination, last, dryRun, lagMs, problems } = feed;
  const trouble =
    problems.length > 0
      ? problems.map(({ setting, message }) => `${setting} ${message}`).join('; ')
      : last?.state === 'failed' && last.error;
  const state =
    problems.length > 0 ? wrongSettings : last ? badge(last.state) : html`<span class="quiet">not yet</span>`;
  return html`
    <tr data-key="${feedName(feed)}">
      <th scope="row">
        <b>${sourceLink(view, source)}</b> ${kind}${towards(destination)}<small>${feed.sourceKind}</small>
      </th>
      <td data-l="State">${state}${trouble && html`<small class="why">${trouble}</small>`}</td>
      <td data-l="Last run">
        ${last ? when(last.startedAt, at) : '–'}${last && html`<small>${detail(last)}<br />${runLink(view, last.runId)}</small>`}${dryRun && tried(dryRun, view)}
      </td>
      <td data-l="Rows" class="n">
        ${last ? number(last.counts.read) : '–'}${last && html`<small>${rows(last)}</small>`}
      </td>
      <td data-l="Behind" class="n">${lagMs === undefined ? '–' : span(lagMs)}</td>
      <td data-l="Last 30 runs">${sparkline(feed.history)}</td>
      <td data-l="Next run">${nextRun(feed, at)}</td>
    </tr>
  `;
}

const wrongSettings = html`<span class="b bad">${icon('bad')}wrong settings</span>`;

type Last = NonNullable<FeedStatus['last']>;

function detail({ startedAt, finishedAt, trigger }: Last): string {
  const took = finishedAt ? `, took ${span(Date.parse(finishedAt) - Date.parse(startedAt))}` : '';
  return `by ${trigger}${took}`;
}

function rows({ counts: { sent, deleted, quarantined } }: Last): string {
  const more = [
    deleted > 0 ? `${number(deleted)} deleted` : '',
    quarantined > 0 ? `${number(quarantined)} quarantined` : '',
  ].filter(Boolean);
  return [`${number(sent)} sent`, ...more].join(', ');
}

/** What was tried since the last run. */
const tried = ({ runId, startedAt, state, counts }: RunView, view: View): Html => {
  const outcome =
    state === 'succeeded' || state === 'partial' ? `${number(counts.wouldSend ?? 0)} to send` : state;
  return html`<small>dry run ${when(startedAt, view.at)}: ${outcome}<br />${runLink(view, runId)}</small>`;
};
