import type { EventTask } from '../domain/event';
import type { FeedKind } from '../domain/feed';
import type { NamedEvents, Source } from '../sources/source';
import { addressOf, first, type Places } from './recognise';
import type { GivenEvent } from './given-event';
import { deltaTask } from './task';

interface Named {
  readonly source: Source;
  readonly events: NamedEvents;
  readonly places: Places;
}

/**
 * An event of a vendor whose bodies name none. The address that it was sent to says which it is; without that, a
 * body that says so all the same does. One without any name may be about results: its course is looked at, and when
 * it says none, all are.
 */
export function readNamedEvent(
  { source, events, places }: Named,
  { body, eventName }: Pick<GivenEvent, 'body' | 'eventName'>,
  at: number,
): { readonly type: string | undefined; readonly task: EventTask } {
  const name =
    eventName === undefined
      ? first(body, places.type, (value) => (typeof value === 'string' ? events.nameOf(value) : undefined))
      : events.nameOf(eventName);
  if (name === undefined && eventName !== undefined) {
    const type = printable(eventName);
    const why = `There is no event ${type ?? 'of that name'}; its address should end with ?event= and one of ${Object.keys(events.names).join(', ')}`;
    return { type, task: { type: 'ignore', why } };
  }
  const kind = name === undefined ? 'consumption' : (events.names[name] ?? undefined);
  if (kind === undefined)
    return {
      type: name,
      task: { type: 'ignore', why: `Nothing is to be done about events of the type ${name}` },
    };
  return { type: name, task: lookAgain({ source, events, places }, body, kind, at) };
}

function lookAgain({ source, events, places }: Named, body: unknown, kind: FeedKind, at: number): EventTask {
  const read = events.read(body);
  const courseId = first(body, places.course, (value) => events.courseIdOf(value)) ?? read.courseId;
  if (courseId === undefined || source[kind] === undefined) return deltaTask(source, [kind], at);
  const learner = first(body, places.learner, addressOf) ?? read.learner;
  return { type: 'course', kind, courseId, ...(kind === 'consumption' && learner ? { learner } : {}) };
}

/** Nothing but what looks like a name is shown or kept as a type: somebody's address may stand there. */
function printable(text: string): string | undefined {
  const name = text.trim().toLowerCase();
  return /^[a-z]+([._-][a-z]+){0,6}$/.test(name) && name.length <= 60 ? name : undefined;
}
