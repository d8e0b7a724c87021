import type { CloudEvent } from 'cloudevents';

/** What the receiver keeps of an event. */
export interface Event {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A call that came in, whether or not it was taken. */
export interface Received {
  readonly webhookId: string | undefined;
  readonly status: number;
  readonly events: number;
  readonly wrong?: string;
}

export class WebhookReceiverState {
  readonly calls: Received[] = [];
  /** Every event that was taken, by its id; one that comes again is counted. */
  readonly events = new Map<string, Event & { readonly times: number }>();
  /** By source and course: the newest that was told. */
  readonly courses = new Map<string, Event>();
  /** By source, course and learner. */
  readonly progress = new Map<string, Event>();
  /** Courses and learners that make a whole batch a 400. */
  readonly poisoned = new Set<string>();

  take(event: CloudEvent<unknown>): void {
    const { id, source, type } = event;
    const { subject = '', time = '' } = event;
    const data = event.data as Record<string, unknown>;
    const kept: Event = { id, source, type, subject, time, data };
    this.events.set(id, { ...kept, times: (this.events.get(id)?.times ?? 0) + 1 });
    if (type === 'lms-bridge.progress.changed')
      this.progress.set(`${source}|${subject}|${String(data.email)}`, kept);
    else this.courses.set(`${source}|${subject}`, kept);
  }

  isPoisoned(event: CloudEvent<unknown>): boolean {
    const { email } = event.data as { email?: string };
    return this.poisoned.has(event.subject ?? '') || (email !== undefined && this.poisoned.has(email));
  }

  clear(): void {
    this.calls.length = 0;
    this.events.clear();
    this.courses.clear();
    this.progress.clear();
  }
}
