export const eventTypes = [
  'course.created',
  'course.updated',
  'course.deleted',
  'community.updated',
  'course.shared',
  'course.unshared',
  'course.status',
  'course.activity',
] as const;
export type EventType = (typeof eventTypes)[number];

/** Something that happened, as the webhook tells it. */
export interface KhEvent {
  readonly type: EventType;
  readonly courseId?: number;
  readonly learnerEmail?: string;
  readonly community?: { readonly id: number; readonly name: string };
}
