import { groupOf, type WebhookEvent } from '../domain/event';
import { NotNamedError, sentence } from '../errors';
import type { Engine } from '../sync/engine';
import { whyNotHere } from '../sync/not-here';
import { applyCourseEvents } from './apply-course-events';
import { applyRunEvents } from './apply-run-events';
import { leaveEvents } from './leave-events';
import { tryLater } from './try-later';
import { wakeEvent, wakeNext } from './wake-event';

/**
 * Works an event, and with it all events of its group that are in line. Returns when they are done, rescheduled, or not
 * this worker's to do; throws only when not even that could be written down.
 * @param stop aborts when the host stops: the events are rescheduled at once.
 */
export async function applyEvent(engine: Engine, eventId: string, stop: AbortSignal): Promise<void> {
  const event = await engine.inbox.read(eventId);
  // A message whose row was never written, or is gone, is harmless; so is one that comes twice.
  if (event?.state !== 'received') return;
  const early = event.dueAt - engine.now();
  if (early > 1_000) return wakeEvent(engine, event, early);
  const { source, task } = event;
  // The oldest leads and takes the others along: their messages need do nothing. Should its own be lost, the sweep
  // wakes it.
  const lead = await engine.inbox.firstDue(source, groupOf(task), Math.max(engine.now(), event.dueAt));
  if (lead && lead.eventId !== eventId) return;
  const events = await inLine(engine, event);
  const closed = whyNotHere(() => engine.openSource(source));
  if (closed && task.type !== 'ignore') {
    await notOpened(engine, event, events, closed);
    return wakeNext(engine, event, events, 0);
  }
  switch (task.type) {
    case 'course':
      return applyCourseEvents(engine, { lead: event, events, task, stop });
    case 'delta':
      return applyRunEvents(engine, event, events, task);
    case 'ignore': {
      engine.log.info({ source, type: event.type, events: events.length }, 'events ignored');
      const why = (one: WebhookEvent): string => (one.task.type === 'ignore' ? one.task.why : task.why);
      for (const reason of new Set(events.map(why)))
        await engine.inbox.end(
          events.filter((one) => why(one) === reason),
          'ignored',
          reason,
        );
      return;
    }
  }
}

/** Where its records go is not known here, so nothing is begun that others would have to go on with. */
function notOpened(
  engine: Engine,
  lead: WebhookEvent,
  events: readonly WebhookEvent[],
  closed: Error,
): Promise<void> {
  const due = events.filter(({ dueAt }) => dueAt <= Math.max(engine.now(), lead.dueAt));
  const { source, eventId } = lead;
  const facts = { source, eventId, error: sentence(closed) };
  return closed instanceof NotNamedError ? leaveEvents(engine, due, facts) : tryLater(engine, due, facts);
}

async function inLine(engine: Engine, { source, task }: WebhookEvent): Promise<WebhookEvent[]> {
  const events: WebhookEvent[] = [];
  for await (const event of engine.inbox.waiting(source, groupOf(task))) events.push(event);
  return events;
}

/** An event that the platform gave up on is dead, so that it leads its group no more. */
export async function abandonEvent(engine: Engine, eventId: string): Promise<void> {
  const event = await engine.inbox.read(eventId);
  if (event?.state !== 'received') return;
  await engine.inbox.end([event], 'dead', event.error ?? 'Its worker failed every time; see the log');
  engine.log.error({ source: event.source, eventId }, 'event given up');
  await wakeNext(engine, event, [event], 0);
}
