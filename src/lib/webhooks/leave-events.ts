import type { WebhookEvent } from '../domain/event';
import type { Engine } from '../sync/engine';
import { isLeftForGood, nobodyCame, notHereMs } from '../sync/not-here';
import { wakeEvent } from './wake-event';

/** Leaves events to a worker whose settings name their source; when none has come for half an hour, they are dead. */
export async function leaveEvents(
  engine: Engine,
  due: readonly WebhookEvent[],
  facts: { readonly source: string; readonly eventId: string; readonly error: string },
): Promise<void> {
  const { inbox, log } = engine;
  const now = engine.now();
  const isDead = ({ leftAt = now }: WebhookEvent): boolean => isLeftForGood(leftAt, now);
  const dead = due.filter(isDead);
  if (dead.length > 0) log.error({ ...facts, events: dead.length }, 'events dead');
  await inbox.end(dead, 'dead', nobodyCame(facts.error));
  const left = due.filter((event) => !isDead(event));
  const [next] = left;
  if (!next) return;
  if (next.leftAt === undefined) log.warn({ ...facts, events: left.length }, 'events left to others');
  const dueAt = now + notHereMs;
  await inbox.putBack(left, ({ leftAt = now }) => ({ dueAt, leftAt, error: facts.error }));
  await wakeEvent(engine, next, notHereMs);
}
