import { groupOf, type WebhookEvent } from '../domain/event';
import type { Engine } from '../sync/engine';

/** Sends an event's wake-up call. @param ms how long it is to wait. */
export const wakeEvent = (engine: Engine, { eventId }: WebhookEvent, ms = 0): Promise<void> =>
  engine.wakeUps.send({ queue: 'webhook-events', body: { eventId } }, ms / 1000);

/** How far the clocks of two hosts may be apart. */
const skewMs = 5_000;

/**
 * Wakes the event that leads a group next. Those that come while a group is worked send no call of their own.
 * @param worked events of the group, which have ended or had their call. @param ms how long it is to wait.
 */
export async function wakeNext(
  engine: Engine,
  { source, task }: WebhookEvent,
  worked: readonly WebhookEvent[],
  ms: number,
): Promise<void> {
  const next = await engine.inbox.firstDue(source, groupOf(task), engine.now() + skewMs);
  if (next && !worked.some(({ eventId }) => eventId === next.eventId)) await wakeEvent(engine, next, ms);
}
