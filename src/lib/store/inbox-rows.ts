import { z } from 'zod';
import { type EventState, eventStates, groupOf, type WebhookEvent } from '../domain/event';
import { fromProperties, toProperties } from './bytes';
import { rowCodec, UnreadableRowError } from './codec';
import { json, kind, maybe } from './fields';
import { shortHash } from './keys';
import type { Row } from './rows';

/** A webhook's call as it came. */
export interface RawEvent {
  readonly bytes: Uint8Array;
  /** What a header named as its type. */
  readonly typeHeader: string | undefined;
  /** What the address named as its event. */
  readonly eventName?: string | undefined;
  /** It did not come: it was found in the vendor's log. */
  readonly fromLog?: boolean;
}

/** A webhook's call that came. */
export interface Arrival extends RawEvent {
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

export const eventPrefix = 'event-';

/** An event's id names its source and, by a hash, what makes it one of its kind. */
export function splitId(eventId: string): { source: string; hash: string } | undefined {
  const match = /^([a-z0-9]{1,32})-([0-9a-f]{24})$/.exec(eventId);
  return match ? { source: match[1] ?? '', hash: match[2] ?? '' } : undefined;
}

/** Of the list of a state in which events end. */
export const statePrefix = (state: EventState): string => `in-${state}-`;

/**
 * Where an event stands among others, newest first: lists come in ascending order, so the time stands there as its
 * nines' complement. @param event left out: the place right before those of that time.
 */
export const eventPlace = (receivedAt: number, event?: Pick<WebhookEvent, 'eventId' | 'source'>): string => {
  const complement = String(9_999_999_999_999 - receivedAt).padStart(13, '0');
  return event ? `${complement}-${hashOf(event)}` : complement;
};

const hashOf = ({ eventId, source }: Pick<WebhookEvent, 'eventId' | 'source'>): string =>
  eventId.slice(source.length + 1);

/** The keys of an event's rows. The key in line holds when the event was queued: one that was replayed is another. */
export function rowKeys(
  event: Pick<WebhookEvent, 'eventId' | 'source' | 'receivedAt' | 'queuedAt'> &
    Partial<Pick<WebhookEvent, 'task'>>,
): { raw: string; event: string; line: string } {
  const hash = hashOf(event);
  const group = event.task ? shortHash(groupOf(event.task)) : '';
  return {
    raw: `raw-${hash}`,
    event: eventPrefix + eventPlace(event.receivedAt, event),
    line: `line-${group}-${String(event.queuedAt).padStart(13, '0')}-${hash}`,
  };
}

const task = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('course'),
    kind,
    courseId: z.string(),
    learner: z.string().optional(),
  }),
  z.looseObject({ type: z.literal('delta'), kinds: z.array(kind), tick: z.number() }),
  z.looseObject({ type: z.literal('ignore'), why: z.string() }),
]);

const eventCodec = rowCodec<Omit<WebhookEvent, 'source'>>(
  ({ rowKey, eventId }) => `The event ${typeof eventId === 'string' ? eventId : rowKey}`,
  z.object({
    eventId: z.string(),
    type: maybe(z.string()),
    state: z.enum(eventStates),
    receivedAt: z.number(),
    queuedAt: z.number(),
    dueAt: z.number(),
    attempts: z.number(),
    leftAt: maybe(z.number()),
    error: maybe(z.string()),
    task: json(task),
  }),
);

export const eventToRow = (event: WebhookEvent, rowKey: string): Row =>
  eventCodec.write({ partitionKey: event.source, rowKey }, event);

const readEvent = (row: Row): WebhookEvent => ({ source: row.partitionKey, ...eventCodec.read(row) });

/** @throws UnreadableRowError; PayloadError when the row is of another version of the app. */
export const storedEvent = { read: readEvent };

type RawColumns = Omit<Arrival, 'bytes'>;

const rawCodec = rowCodec<RawColumns>(
  ({ rowKey }) => `The call ${rowKey}`,
  z.object({
    receivedAt: z.number(),
    typeHeader: maybe(z.string()),
    eventName: maybe(z.string()),
    fromLog: maybe(z.literal(true)),
  }),
);

export const rawToRow = (
  { source, receivedAt }: WebhookEvent,
  { bytes, typeHeader, eventName, fromLog }: RawEvent,
  rowKey: string,
): Row => ({
  ...rawCodec.write(
    { partitionKey: source, rowKey },
    { receivedAt, typeHeader, eventName, fromLog: fromLog === true ? true : undefined },
  ),
  ...toProperties('body', bytes),
});

/** @throws UnreadableRowError when what was sent is not whole any more. */
export const storedRaw = {
  read(row: Row): Arrival {
    const bytes = fromProperties('body', row);
    if (!bytes) throw new UnreadableRowError(`The call ${row.rowKey} cannot be read: its body is not whole`);
    return { bytes, ...rawCodec.read(row) };
  },
};
