import type { EventState, WebhookEvent } from '../domain/event';
import type { Inbox } from '../store/inbox';

export interface EventFilter {
  readonly source?: string;
  readonly state?: EventState;
  /** Leaves out the event of this place and all that are newer. */
  readonly after?: string;
}

/** The events of all sources, newest first, each with its place for `after`. */
export function newestEvents(
  inbox: Inbox,
  { source, ...options }: EventFilter,
): AsyncGenerator<{ place: string; event: WebhookEvent }> {
  const sources = inbox.sources.filter((id) => source === undefined || id === source);
  return merged(sources.map((id) => inbox.list(id, options)));
}

/** Several lists, each in order, as one. */
async function* merged<T extends { place: string }>(lists: AsyncGenerator<T>[]): AsyncGenerator<T> {
  const heads = await Promise.all(lists.map(async (list) => ({ list, head: await list.next() })));
  for (;;) {
    const [first] = heads
      .filter(({ head }) => !head.done)
      .sort((a, b) => (a.head.value as T).place.localeCompare((b.head.value as T).place));
    if (!first) return;
    yield first.head.value as T;
    first.head = await first.list.next();
  }
}
