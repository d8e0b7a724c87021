import type { EventState, WebhookEvent } from '../domain/event';
import { merged } from '../merged';
import type { Inbox } from '../store/inbox';

export interface EventFilter {
  readonly source?: string;
  readonly state?: EventState;
  /** Leaves out the event of this place and all that are newer. */
  readonly after?: string | undefined;
  /** So many are wanted, most likely. */
  readonly pageSize?: number;
}

/**
 * The events of all sources, newest first, each with its place for `after`.
 * @param among the sources that are looked at; left out: those that the settings name.
 */
export function newestEvents(
  inbox: Inbox,
  { source, ...options }: EventFilter,
  among: readonly string[] = inbox.sources,
): AsyncGenerator<{ place: string; event: WebhookEvent }> {
  const sources = among.filter((id) => source === undefined || id === source);
  return merged(sources.map((id) => inbox.list(id, options)));
}
