import type { App } from '../../app';
import { feedName, towards } from '../../domain/feed';
import { pathTo } from '../operations/operation';
import { troubleOperations } from '../operations/trouble';
import { recordView, type RecordView } from '../quarantine';
import type { StatusFilter } from './filter';
import { html, type Html } from './html';
import { refusal, replayItem } from './replay';
import type { ReasonGroup, Reasons, StatusModel } from './shown';
import { count } from './verdict';
import { runLink } from './view';
import { number } from './words';

/** So many records are looked at. */
const counted = 1_000;
const groupsShown = 10;
const coursesShown = 3;

/** The quarantine by feed and reason: what is repaired once is tried again together. */
export async function readReasons(
  { engine }: App,
  { source, kind, destination }: StatusFilter,
): Promise<Reasons> {
  const groups = new Map<string, ReasonGroup>();
  let records = 0;
  for await (const entry of engine.quarantine.list({ source, kind, destination, pageSize: counted })) {
    const record = recordView(entry);
    const key = `${feedName(record)} ${record.status ?? ''} ${record.reason}`;
    groups.set(key, withRecord(groups.get(key), record));
    if (++records >= counted) break;
  }
  const byCount = [...groups.values()].sort((a, b) => b.count - a.count);
  return {
    first: byCount.slice(0, groupsShown),
    groups: byCount.length,
    count: records,
    more: records >= counted,
  };
}

function withRecord(group: ReasonGroup | undefined, record: RecordView): ReasonGroup {
  const { courseId, at, runId } = record;
  const courseIds = group?.courseIds ?? [];
  const isNewer = group === undefined || at > group.at;
  return {
    ...record,
    count: (group?.count ?? 0) + 1,
    at: isNewer ? at : group.at,
    runId: isNewer ? runId : group.runId,
    courseIds:
      courseId === undefined || courseIds.includes(courseId) || courseIds.length > coursesShown
        ? courseIds
        : [...courseIds, courseId],
  };
}

/** Nothing when there is nothing in it. */
export function quarantineSection(model: StatusModel): Html | undefined {
  const { first, groups, count: n, more } = model.quarantine;
  if (n === 0) return undefined;
  const { source, kind, destination } = model.filter;
  return html`
    <section data-key="quarantine" aria-labelledby="quarantine-title">
      <div class="line">
        <h2 id="quarantine-title">Quarantine <span class="count">${number(n)}${more && '+'}</span></h2>
        <button
          class="act"
          data-post="${pathTo(troubleOperations.replayQuarantine)}"
          data-body="${JSON.stringify({ source, kind, destination })}"
        >
          Replay all
        </button>
      </div>
      <ul class="rows card">
        ${first.map((group) => groupItem(group, model))}
      </ul>
      ${groups > first.length && html`<p class="quiet">The ${first.length} most frequent reasons are shown; the API lists all records.</p>`}
    </section>
  `;
}

function groupItem(group: ReasonGroup, model: StatusModel): Html {
  const { source, kind, destination, reason, status, courseIds, runId, at } = group;
  const courses =
    courseIds.slice(0, coursesShown).join(', ') + (courseIds.length > coursesShown ? ', …' : '');
  const records = count(group.count, 'record');
  return replayItem(
    {
      key: `${feedName(group)} ${reason}`,
      who: html`<b>${source}</b> ${kind}${towards(destination)}<small>${records}</small>`,
      why: html`${refusal(reason, status)}${courses && html`<small>${courses}</small>`}<small
          >last met by ${runLink(model, runId)}</small
        >`,
      since: at,
      operation: troubleOperations.replayQuarantine,
      body: { source, kind, destination, reason },
      label: `Replay ${records} of ${source}: ${reason}`,
    },
    model.at,
  );
}
