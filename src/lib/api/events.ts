import { z } from 'zod';
import type { App } from '../app';
import { eventStates, type WebhookEvent } from '../domain/event';
import { utc } from '../domain/time';
import { newestEvents } from '../webhooks/list-events';
import { replayEvents } from '../webhooks/replay-events';
import { type Answer, json } from './answer';
import { limitParameter } from './requests';

export const eventsQuery = z.strictObject({
  source: z.string().min(1).optional(),
  state: z.enum(eventStates).optional(),
  limit: limitParameter,
  next: z
    .string()
    .regex(/^\d{13}-[0-9a-f]{24}$/, 'must be what the page before gave as next')
    .optional(),
});

export const eventsReplayRequest = z.strictObject({
  ids: z.array(z.string().min(1).max(60)).min(1).max(1000).optional(),
});

/** Events, newest first; without what was sent, and without whom it names. */
export async function listEvents(app: App, query: z.output<typeof eventsQuery>): Promise<Answer> {
  const { source, state, limit = 50, next: after } = query;
  const shown: { place: string; event: WebhookEvent }[] = [];
  for await (const one of newestEvents(app.engine.inbox, { source, state, after, pageSize: limit + 1 })) {
    shown.push(one);
    if (shown.length > limit) break;
  }
  const more = shown.length > limit;
  const events = shown.slice(0, limit);
  return json(200, {
    events: events.map(({ event }) => eventView(event)),
    ...(more && { next: events.at(-1)?.place }),
  });
}

export async function postEventsReplay(
  app: App,
  { ids }: z.output<typeof eventsReplayRequest>,
): Promise<Answer> {
  return json(202, { replayed: await replayEvents(app.engine, ids) });
}

/** An event as the API shows it. */
export function eventView({ eventId, source, type, state, receivedAt, attempts, error }: WebhookEvent) {
  return {
    eventId,
    source,
    type: type ?? null,
    state,
    receivedAt: utc(receivedAt),
    attempts,
    ...(error === undefined ? {} : { error }),
  };
}
export type EventView = ReturnType<typeof eventView>;
