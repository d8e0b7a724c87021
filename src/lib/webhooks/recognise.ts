import type { SourceSettings } from '../settings/types';
import { pointedAt } from './json-pointer';

export const eventTypes = [
  'course.created',
  'course.updated',
  'course.deleted',
  'course.shared',
  'course.unshared',
  'course.status',
  'course.activity',
  'community.updated',
] as const;
export type EventType = (typeof eventTypes)[number];

/** What an event says, as far as it could be read. */
export interface Recognised {
  /** One of ours; undefined when there is none. */
  readonly type: EventType | undefined;
  /** The type as it is to be shown: ours, or another that has the form of one. */
  readonly named: string | undefined;
  readonly courseId: string | undefined;
  /** Lower-cased mail address. */
  readonly learner: string | undefined;
}

/** Where to look: vendors publish no payloads, so these are the likely places. */
export interface Places {
  readonly type: readonly string[];
  readonly course: readonly string[];
  readonly learner: readonly string[];
}

const usual: Places = {
  type: ['/eventType', '/event_type', '/type', '/event'],
  course: ['/courseId', '/classId', '/data/courseId', '/course/courseId'],
  learner: ['/learnerEmail', '/emailAddress', '/data/emailAddress'],
};

/** The usual places, after those that the settings name. */
export const placesOf = (settings: SourceSettings): Places => ({
  type: [...(settings.webhookTypePointers ?? []), ...usual.type],
  course: [...(settings.webhookCoursePointers ?? []), ...usual.course],
  learner: [...(settings.webhookLearnerPointers ?? []), ...usual.learner],
});

/** Reads what an event is about. @param body any JSON. @param typeHeader `X-Event-Type`. Never throws. */
export function recognise(body: unknown, typeHeader: string | undefined, places: Places): Recognised {
  const names = [...places.type.map((place) => pointedAt(body, place)), typeHeader].flatMap(
    (name) => typeName(name) ?? [],
  );
  const type = names.map(ours).find((one) => one !== undefined);
  return {
    type,
    named: type ?? names[0],
    courseId: first(body, places.course, courseIdOf),
    learner: first(body, places.learner, addressOf),
  };
}

/** Ours by its last words: `lms.course.created` is one. */
const ours = (name: string): EventType | undefined =>
  eventTypes.find((type) => name === type || name.endsWith(`.${type}`));

export function first(
  body: unknown,
  places: readonly string[],
  read: (value: unknown) => string | undefined,
): string | undefined {
  for (const place of places) {
    const value = read(pointedAt(body, place));
    if (value !== undefined) return value;
  }
  return undefined;
}

/** `course.created`, however it is written: `COURSE_CREATED`, `courseCreated`, `course:created`. */
function typeName(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 80) return undefined;
  const name = value
    .trim()
    .replace(/([a-z])(?=[A-Z])/g, '$1.')
    .toLowerCase()
    .replace(/[_:/\s-]/g, '.');
  // Nothing else is shown or kept as a type: a body may hold an address in any place.
  return /^[a-z]+(\.[a-z]+){1,5}$/.test(name) ? name : undefined;
}

// What fits into a key of a table row once it is written in its letters; Open edX allows as many characters.
const mostIdBytes = 255;

function courseIdOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  if (typeof value !== 'string') return undefined;
  const id = value.trim();
  // It becomes part of a path, and of sentences: no dots alone, no addresses, nothing that cannot be seen.
  const fit = /^[^\p{C}\p{Z}@]+$/u.test(id) && !/^\.+$/.test(id) && Buffer.byteLength(id) <= mostIdBytes;
  return fit ? id : undefined;
}

export function addressOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 320) return undefined;
  const address = value.trim().toLowerCase();
  return /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u.test(address) ? address : undefined;
}
