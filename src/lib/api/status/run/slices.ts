import { noteText } from '../../../domain/notes';
import type { Slice } from '../../../domain/run';
import { utc } from '../../../domain/time';
import { html, type Html } from '../html';
import { mark } from '../icons';
import { count } from '../verdict';
import { clock, number, when } from '../words';
import type { RunModel } from './model';

/** What the run was cut into, and how each part went. */
export function slicesSection(model: RunModel): Html | undefined {
  const { slices } = model;
  if (slices.count === 0) return undefined;
  return html`
    <section data-key="slices" aria-labelledby="slices-title">
      <h2 id="slices-title">Slices</h2>
      <div class="card">
        <table class="slices">
          <thead>
            <tr>
              <th scope="col">Slice</th>
              <th scope="col">State</th>
              <th scope="col" class="n">Attempts</th>
              <th scope="col" class="n">Read</th>
              <th scope="col" class="n">${model.run.dryRun ? 'To send' : 'Sent'}</th>
              <th scope="col" class="n">Quarantined</th>
            </tr>
          </thead>
          <tbody>
            ${slices.first.map((slice) => sliceRow(slice, model))}
          </tbody>
        </table>
      </div>
      ${slices.count > slices.first.length && html`<p class="quiet">${number(slices.first.length)} of ${number(slices.count)}${slices.more && ' and more'} are shown: first those that failed or are not done.</p>`}
    </section>
  `;
}

function sliceRow(slice: Slice, { run, at }: RunModel): Html {
  const { number: no, attempts, pauses, counts, error, notes } = slice;
  return html`
    <tr data-key="slice-${no}">
      <th scope="row"><b>${no}</b><small class="why">${workText(slice)}</small></th>
      <td data-l="State">
        ${stateOf(slice, run)}${waits(slice, at)}${error && html`<small class="why">${error}</small>`}${notes.map((note) => html`<small class="why">${noteText(note)}</small>`)}
      </td>
      <td data-l="Attempts" class="n">
        ${number(attempts)}${pauses > 0 && html`<small>rescheduled ${count(pauses, 'time')}</small>`}
      </td>
      <td data-l="Read" class="n">${number(counts.read)}</td>
      <td data-l="${run.dryRun ? 'To send' : 'Sent'}" class="n">${number(counts.sent)}</td>
      <td data-l="Quarantined" class="n">${number(counts.quarantined)}</td>
    </tr>
  `;
}

function stateOf({ state, worker }: Slice, run: RunModel['run']): Html {
  if (state === 'done') return mark('good', 'good', 'done');
  if (state === 'failed') return mark('bad', 'bad', 'failed');
  if (state === 'split') return mark('off', 'quiet', 'split in two');
  // What a run left behind when it ended is not waiting for anything.
  if (run.finishedAt !== undefined) return mark('off', 'quiet', 'not done');
  return worker === undefined ? mark('wait', 'quiet', 'waiting') : mark('run', 'busy', 'under way');
}

const waits = ({ state, dueAt }: Slice, at: RunModel['at']): Html | false =>
  state === 'pending' && dueAt > Date.parse(at) && html`<small>next attempt ${when(utc(dueAt), at)}</small>`;

const shownIds = 3;

function workText({ work }: Slice): string {
  switch (work.type) {
    case 'window':
      return `${clock(work.window.from)} to ${clock(work.window.to)}, ${count(work.expected, 'row')} expected`;
    case 'listing':
      return 'the whole catalog';
    case 'course':
      return `course ${work.courseId}`;
    case 'courses': {
      const { courseIds: ids } = work;
      const more = ids.length > shownIds ? ` and ${number(ids.length - shownIds)} more` : '';
      return `${count(ids.length, 'course')}: ${ids.slice(0, shownIds).join(', ')}${more}`;
    }
    case 'learner':
      return 'one learner';
    case 'replay':
      return 'quarantined records';
  }
}
