import type { EventTask } from '../domain/event';
import type { OpenSource } from '../sync/engine';
import type { GivenEvent } from './given-event';
import { readNamedEvent } from './named-event';
import { placesOf, recognise } from './recognise';
import { taskFor } from './task';

/**
 * What an event is, and what is to be done about it as the settings are now. Never throws.
 * @param at when it came, milliseconds since 1970.
 */
export function readEvent(
  { source, settings }: OpenSource,
  { body, typeHeader, eventName }: GivenEvent,
  at: number,
): { readonly type: string | undefined; readonly task: EventTask } {
  const places = placesOf(settings);
  if (source.namedEvents)
    return readNamedEvent({ source, events: source.namedEvents, places }, { body, eventName }, at);
  const recognised = recognise(body, typeHeader ?? eventName, places);
  return { type: recognised.named, task: taskFor(source, recognised, at) };
}
