import { type EventState, groupOf, type WebhookEvent } from '../domain/event';
import { SettingsError } from '../errors';
import type { Engine } from '../sync/engine';
import { parseJson } from './parse-json';
import { readEvent } from './read-event';
import { dueAtOf } from './task';
import { wakeEvent } from './wake-event';

const usual: readonly EventState[] = ['dead', 'ignored'];

/**
 * Puts events in line again, read anew as the settings are now: those named, or all that are dead or were ignored.
 * @returns how many; ids that nobody knows, and events that are in line already, are none.
 * @throws SettingsError when the settings of the source of an event that was named are wrong.
 */
export async function replayEvents(engine: Engine, ids?: readonly string[]): Promise<number> {
  const leads = new Map<string, WebhookEvent>();
  let replayed = 0;
  for await (const event of ids ? named(engine, ids) : endedBadly(engine)) {
    const next = await requeue(engine, event);
    if (!next) continue;
    replayed++;
    const group = `${next.source} ${groupOf(next.task)}`;
    // Those that stand in line together need one message; the one that was queued first leads.
    if (!leads.has(group)) leads.set(group, next);
  }
  for (const lead of leads.values()) await wakeEvent(engine, lead, Math.max(0, lead.dueAt - engine.now()));
  return replayed;
}

async function* named(engine: Engine, ids: readonly string[]): AsyncGenerator<WebhookEvent> {
  for (const id of new Set(ids)) {
    const event = await engine.inbox.read(id);
    if (event && engine.inbox.sources.includes(event.source)) yield event;
  }
}

async function* endedBadly(engine: Engine): AsyncGenerator<WebhookEvent> {
  // The events of a source whose settings are wrong stay as they are; the others are not to suffer for it.
  for (const source of engine.inbox.sources.filter((id) => isRight(engine, id)))
    for (const state of usual) {
      // Read first, changed then: a list that is changed while it is read may show a row twice.
      const events = [];
      for await (const { event } of engine.inbox.list(source, { state })) events.push(event);
      yield* events;
    }
}

function isRight(engine: Engine, source: string): boolean {
  try {
    return Boolean(engine.openSource(source));
  } catch (error) {
    if (error instanceof SettingsError) return false;
    throw error;
  }
}

async function requeue(engine: Engine, event: WebhookEvent): Promise<WebhookEvent | undefined> {
  const raw = await engine.inbox.raw(event.eventId);
  const parsed = raw && parseJson(raw.bytes);
  if (!parsed) return undefined;
  const now = engine.now();
  const { typeHeader, eventName } = raw;
  const given = { body: parsed.value, typeHeader, eventName };
  const { type, task } = readEvent(engine.openSource(event.source), given, now);
  const next = { type, task, queuedAt: now, dueAt: dueAtOf(task, now) };
  return (await engine.inbox.requeue(event.eventId, next)) ? { ...event, ...next } : undefined;
}
