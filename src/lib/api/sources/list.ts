import type { App } from '../../app';
import { SettingsError } from '../../errors';
import type { Source } from '../../sources/source';
import type { SourceEntry } from '../../settings/types';
import { type Answer, json } from '../answer';

/** Every source with what it can do; one whose settings are wrong with what is wrong. No vendor is asked. */
export const listSources = (app: App): Answer =>
  json(200, { sources: app.settings.sources.map((entry) => sourceView(app, entry)) });

/** A source as the API shows it. */
export interface SourceView {
  readonly id: string;
  readonly sourceKind?: string;
  readonly sourceSystemId?: string;
  readonly enabled?: boolean;
  readonly capabilities?: ReturnType<typeof capabilities>;
  readonly problems?: readonly ReturnType<typeof told>[];
}

export function sourceView({ engine }: App, entry: SourceEntry): SourceView {
  const { id } = entry;
  if (!entry.ok) return { id, problems: entry.problems.map(told) };
  const { kind: sourceKind, sourceSystemId, enabled } = entry.settings;
  const known = { id, sourceKind, sourceSystemId, enabled };
  try {
    return { ...known, capabilities: capabilities(engine.openSource(id).source) };
  } catch (error) {
    if (error instanceof SettingsError) return { ...known, problems: error.problems.map(told) };
    throw error;
  }
}

const told = ({ setting, message }: SettingsError['problems'][number]) => ({ setting, message });

function capabilities(source: Source) {
  const { catalog, consumption, enrolments, learners, entities, signIns, webhooks } = source;
  return {
    catalog: Boolean(catalog),
    consumption: consumption
      ? {
          type: consumption.type,
          byLearner: consumption.type === 'scanned' && consumption.learnerPage !== undefined,
        }
      : null,
    enrolments: { enrol: Boolean(enrolments), remove: enrolments?.remove !== undefined },
    learners: Boolean(learners),
    entities: Boolean(entities),
    signIns: { link: Boolean(signIns), ltiLaunch: signIns?.ltiLaunch !== undefined },
    webhooks: Boolean(webhooks),
  };
}
