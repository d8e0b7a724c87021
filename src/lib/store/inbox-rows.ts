import { type EventState, type EventTask, groupOf, type WebhookEvent } from '../domain/event';
import { fromProperties, toProperties } from './bytes';
import { shortHash } from './keys';
import { checkVersion, type Row, rowVersion } from './rows';

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

export function eventToRow(event: WebhookEvent, rowKey: string): Row {
  const { eventId, source, type, state, receivedAt, queuedAt, dueAt, attempts, leftAt, error, task } = event;
  return {
    partitionKey: source,
    rowKey,
    v: rowVersion,
    eventId,
    state,
    receivedAt,
    queuedAt,
    dueAt,
    attempts,
    task: JSON.stringify(task),
    ...(type === undefined ? {} : { type }),
    ...(leftAt === undefined ? {} : { leftAt }),
    ...(error === undefined ? {} : { error }),
  };
}

/** @throws PayloadError when the row is of another version of the app. */
export function rowToEvent(row: Row): WebhookEvent {
  checkVersion(row, `The event ${String(row.eventId)}`);
  return {
    eventId: String(row.eventId),
    source: row.partitionKey,
    type: row.type as string | undefined,
    state: row.state as EventState,
    receivedAt: Number(row.receivedAt),
    queuedAt: Number(row.queuedAt),
    dueAt: Number(row.dueAt),
    attempts: Number(row.attempts),
    leftAt: row.leftAt as number | undefined,
    error: row.error as string | undefined,
    task: JSON.parse(String(row.task)) as EventTask,
  };
}

export const rawToRow = (
  { source, receivedAt }: WebhookEvent,
  { bytes, typeHeader, eventName, fromLog }: RawEvent,
  rowKey: string,
): Row => ({
  partitionKey: source,
  rowKey,
  v: rowVersion,
  receivedAt,
  ...(typeHeader === undefined ? {} : { typeHeader }),
  ...(eventName === undefined ? {} : { eventName }),
  ...(fromLog ? { fromLog } : {}),
  ...toProperties('body', bytes),
});

/** @returns undefined when what was sent cannot be read any more. */
export function rowToRaw(row: Row): RawEvent | undefined {
  const bytes = fromProperties('body', row);
  const { typeHeader, eventName } = row as { readonly typeHeader?: string; readonly eventName?: string };
  return bytes && { bytes, typeHeader, eventName };
}
