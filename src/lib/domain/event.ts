import type { FeedKind } from './feed';

export const eventStates = ['received', 'applied', 'ignored', 'dead'] as const;
export type EventState = (typeof eventStates)[number];

/** What an event makes the app do. It is a hint: what is true is read from the vendor. */
export type EventTask =
  | {
      readonly type: 'course';
      readonly kind: FeedKind;
      readonly courseId: string;
      /** The one learner it is about, when it says; a mail address. */
      readonly learner?: string;
    }
  /** One run of each kind, at a time that all events of the same quarter of an hour share. */
  | { readonly type: 'delta'; readonly kinds: readonly FeedKind[]; readonly tick: number }
  | { readonly type: 'ignore'; readonly why: string };

/** A webhook's event, without what was sent. Times are milliseconds since 1970. */
export interface WebhookEvent {
  readonly eventId: string;
  readonly source: string;
  /** As the vendor names it, when it is a name; undefined when it says none. */
  readonly type: string | undefined;
  readonly state: EventState;
  readonly receivedAt: number;
  /** When it was last put in line: as it came, or replayed. */
  readonly queuedAt: number;
  /** Not to be worked before. */
  readonly dueAt: number;
  readonly attempts: number;
  /** Since when workers leave it to one that knows its source; undefined once that came. */
  readonly leftAt?: number | undefined;
  readonly error: string | undefined;
  readonly task: EventTask;
}

/** Events of one group that wait together are worked together. */
export function groupOf(task: EventTask): string {
  switch (task.type) {
    case 'course':
      return `${task.kind}:${task.courseId}`;
    case 'delta':
      return `delta:${task.kinds.join('+')}@${task.tick}`;
    case 'ignore':
      return 'ignore';
  }
}
