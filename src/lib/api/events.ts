import type { z } from 'zod';
import type { App } from '../app';
import type { WebhookEvent } from '../domain/event';
import { utc } from '../domain/time';
import { newestEvents } from '../webhooks/list-events';
import { replayEvents } from '../webhooks/replay-events';
import { type Answer, json } from './answer';
import { pageOf } from './page';
import type { eventsQuery, eventsReplayRequest } from './requests';

/** Events, newest first; without what was sent, and without whom it names. */
export async function listEvents(app: App, query: z.output<typeof eventsQuery>): Promise<Answer> {
  const { source, state, limit, next: after } = query;
  const { inbox } = app.engine;
  const { entries, more } = await pageOf(
    (pageSize) => newestEvents(inbox, { source, state, after, pageSize }),
    limit,
  );
  return json(200, {
    events: entries.map(({ event }) => eventView(event)),
    ...(more && { next: entries.at(-1)?.place }),
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
