import { feedName, towards } from '../../../domain/feed';
import { utc } from '../../../domain/time';
import { fact } from '../fact';
import { html, type Html } from '../html';
import { count } from '../verdict';
import { sourceLink } from '../view';
import { clock, number, span, when } from '../words';
import type { RunModel } from './model';

/** What was asked for, by whom, and when it happened. */
export function runFacts(model: RunModel): Html {
  const { run, at, planDueAt } = model;
  const { runId, mode, trigger, dryRun, window, slices, startedAt, finishedAt } = run;
  return html`
    <dl class="facts-list">
      ${fact('Run', html`<code>${runId}</code>`)}
      ${fact('Feed', html`${sourceLink(model, run.source)}, <code>${feedName(run)}</code>`)}
      ${fact('By', trigger)}
      ${fact('Asked for', [dryRun ? 'a dry run' : '', mode === 'full' ? 'everything' : 'what changed', ...asked(model)].filter(Boolean).join(', '))}
      ${fact('Window', window && `${clock(window.from)} to ${clock(window.to)}`)}
      ${fact('Started', html`${clock(startedAt)}, ${when(startedAt, at)}`)}
      ${fact('Ended', finishedAt && html`${clock(finishedAt)}, ${when(finishedAt, at)}`)}
      ${fact('Took', finishedAt && span(Date.parse(finishedAt) - Date.parse(startedAt)))}
      ${fact('Slices', slices.total > 0 && `${number(slices.done)} done, ${number(slices.failed)} failed, ${number(slices.total)} in all`)}
      ${fact('Planned again', planDueAt !== undefined && when(utc(planDueAt), at))}
    </dl>
  `;
}

function asked({ asked: { from, to, courseId, learner, replay, allowDeletes } }: RunModel): string[] {
  return [
    from === undefined ? '' : `modified from ${clock(from)}`,
    to === undefined ? '' : `modified until ${clock(to)}`,
    courseId === undefined ? '' : `only the course ${courseId}`,
    // The address stays in storage.
    learner === undefined ? '' : 'only one learner',
    replay === undefined ? '' : `${count(replay.length, 'quarantined record')} again`,
    allowDeletes ? 'many deletions allowed' : '',
  ];
}

/** “catalog of openedx to lrs”. */
export const feedWords = ({ source, kind, destination }: RunModel['run']): string =>
  `${kind} of ${source}${towards(destination)}`;

/** What became of the rows. */
export function countsTable({ run: { counts, dryRun, skippedBecause = {} } }: RunModel): Html {
  const { read, sent, wouldSend, unchanged, skipped, quarantined, deleted } = counts;
  const cells: [string, number][] = [
    ['read', read],
    dryRun ? ['to send', wouldSend ?? 0] : ['sent', sent],
    ['unchanged', unchanged],
    ['skipped', skipped],
    ['quarantined', quarantined],
    ...(dryRun ? [] : ([['deleted', deleted]] as [string, number][])),
  ];
  return html`
    <dl class="numbers">
      ${cells.map(
        ([name, n]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${number(n)}</dd>
          </div>`,
      )}
    </dl>
    ${Object.entries(skippedBecause).map(([reason, rows]) => html`<p>${number(rows)} skipped: ${reason}</p>`)}
  `;
}
