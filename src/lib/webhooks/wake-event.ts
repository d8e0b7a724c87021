import type { WebhookEvent } from '../domain/event';
import type { Engine } from '../sync/engine';

/** Sends an event's wake-up call. @param ms how long it is to wait. */
export const wakeEvent = (engine: Engine, { eventId }: WebhookEvent, ms = 0): Promise<void> =>
  engine.wakeUps.send({ queue: 'webhook-events', body: { eventId } }, ms / 1000);
