import { fact } from '../fact';
import { html, type Html } from '../html';
import { mark } from '../icons';
import type { SourceModel } from './model';

/** What a source can do, in words. */
export function capabilityList({ sourceKind, sourceSystemId, capabilities }: SourceModel['source']): Html {
  if (!capabilities) return html`<p class="quiet">Unknown, as long as its settings are wrong.</p>`;
  const { catalog, consumption, enrolments, learners, entities, signIns, webhooks } = capabilities;
  return html`
    <dl class="facts-list">
      ${fact('Kind', sourceKind)} ${fact('Number', sourceSystemId || undefined)}
      ${fact('Courses', canOrNot(catalog, 'read whole, and compared'))}
      ${fact('Results', canOrNot(consumption !== null, consumption?.type === 'windowed' ? 'by modification time' : `course by course, and compared${consumption?.byLearner ? '; of one learner, too' : ''}`))}
      ${fact('Enrolments', canOrNot(enrolments.enrol, enrolments.remove ? 'and removals' : 'no removals'))}
      ${fact('Webhooks', canOrNot(webhooks))} ${fact('Learners', canOrNot(learners))}
      ${fact('Entities', canOrNot(entities))}
      ${fact('Sign-ins', canOrNot(signIns.link, signIns.ltiLaunch ? 'by link and LTI' : 'by link'))}
    </dl>
  `;
}

const canOrNot = (can: boolean, how = ''): Html =>
  can ? html`${mark('good', 'good', 'yes')} ${how}` : mark('off', 'quiet', 'no');
