import type { App } from '../../../app';
import { type ShownSetting, shownSettings } from '../../../settings/shown-settings';
import { type EventView, eventView } from '../../events';
import { appOperations } from '../../operations/app';
import { pathTo } from '../../operations/operation';
import { sourceView, type SourceView } from '../../sources/list';
import { readStatusModel } from '../model';
import type { StatusModel } from '../shown';

/** All that a source's page shows, at one time: what the overview shows of it, and more. */
export interface SourceModel extends StatusModel {
  readonly id: string;
  readonly source: SourceView;
  readonly settings: readonly ShownSetting[];
  readonly webhooks: {
    /** Where the vendor sends its events. */
    readonly address: string;
    /** Whether calls have to be signed. */
    readonly signed: boolean;
    /** The events of those that were set up from here. */
    readonly registered: readonly string[];
    /** The newest, newest first. */
    readonly events: readonly EventView[];
  };
}

const eventsShown = 5;

/**
 * @param base the address of the API. @param up see `View`.
 * @returns undefined when there is no such source. @throws RetryableError when storage does not answer.
 */
export async function readSourcePage(
  app: App,
  id: string,
  { base, up }: { readonly base: string; readonly up: string },
): Promise<SourceModel | undefined> {
  const { engine, settings } = app;
  const entry = settings.sources.find((candidate) => candidate.id === id);
  if (!entry) return undefined;
  const [status, registrations, events] = await Promise.all([
    readStatusModel(app, { up, filter: { source: id } }),
    engine.registrations.events(id),
    newest(app, id),
  ]);
  return {
    ...status,
    id,
    source: sourceView(app, entry),
    settings: entry.ok ? shownSettings(entry.settings) : [],
    webhooks: {
      address: `${base}/${pathTo(appOperations.receiveWebhook, { source: id })}`,
      signed: entry.ok && entry.settings.webhookSecret !== undefined,
      registered: registrations.sort(),
      events,
    },
  };
}

async function newest({ engine }: App, id: string): Promise<EventView[]> {
  const events: EventView[] = [];
  for await (const { event } of engine.inbox.list(id))
    if (events.push(eventView(event)) >= eventsShown) break;
  return events;
}
