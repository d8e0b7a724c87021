import type { Utc } from '../../domain/time';
import type { Origin } from '../destination';
import { canonical } from '../record-hash';
import { stableUuid } from '../stable-uuid';

export type OutgoingType = 'course.changed' | 'course.deleted' | 'progress.changed';

export interface OutgoingEvent {
  readonly type: OutgoingType;
  /** The course's id. */
  readonly subject: string;
  /** The record as this app's API gives it. */
  readonly data: object;
  /** When it happened at the source; the run's own time when the source does not say. */
  readonly time: Utc | undefined;
}

/**
 * One event, as JSON. Its id hangs on what it says alone: a crash, or a full sync, repeats it.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export function eventOf({ type, subject, data, time }: OutgoingEvent, { source, createdAt }: Origin): string {
  const from = `/lms-bridge/${source}`;
  return JSON.stringify({
    specversion: '1.0',
    id: stableUuid([from, type, subject, canonical(data)].join('\n')),
    source: from,
    type: `lms-bridge.${type}`,
    subject,
    time: time ?? createdAt,
    datacontenttype: 'application/json',
    data,
  });
}
