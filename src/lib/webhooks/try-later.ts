import type { WebhookEvent } from '../domain/event';
import { type Engine, retryDelayMs } from '../sync/engine';
import { wakeEvent } from './wake-event';

/** Lets events that failed wait for their next attempt; those that have had their last are dead. */
export async function tryLater(
  engine: Engine,
  due: readonly WebhookEvent[],
  facts: { readonly source: string; readonly eventId: string; readonly error: string },
): Promise<void> {
  const { inbox, log, patience } = engine;
  const isLast = ({ attempts }: WebhookEvent): boolean => attempts + 1 >= patience.events.attempts;
  const dead = due.filter(isLast);
  const left = due.filter((event) => !isLast(event));
  if (dead.length > 0) log.error({ ...facts, events: dead.length }, 'events dead');
  await inbox.end(dead, 'dead', facts.error);
  const [next] = left;
  if (!next) return;
  const delay = Math.round(retryDelayMs(patience.events, next.attempts + 1, () => engine.random()));
  log.warn({ ...facts, events: left.length, attempt: next.attempts + 1 }, 'events will be retried');
  const dueAt = engine.now() + delay;
  await inbox.putBack(left, ({ attempts }) => ({ attempts: attempts + 1, dueAt, error: facts.error }));
  await wakeEvent(engine, next, delay);
}
