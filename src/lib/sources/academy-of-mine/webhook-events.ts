import type { NamedEvents } from '../source';
import { courseIdOf, readBody } from './webhook-body';

/**
 * The values of the vendor's Webhook Event Lookup, misspelling included, and what each says. What a delivery holds
 * is published for the first alone; of the second only that its users stand in `userList`. None names its event.
 */
export const webhookEvents = {
  new_account_created: 'New Account Created',
  course_enrolled: 'Enrolled in a course',
  quiz_submission: 'Submitted a Quiz',
  assigment_submission: 'Submitted an assignment',
  assigment_evaluation: 'Evaluated an assignment',
  assigment_rejection: 'Rejected an assignment',
  discussion_submission: 'Submitted a discussion',
  new_order: 'New Order Placed',
  failed_order: 'Order Failed',
  refunded_order: 'Order Refunded',
  pending_payment: 'Payment Pending',
  new_announcement: 'New Announcement',
  course_completed: 'Course Completed',
} as const;

export type AcademyEvent = keyof typeof webhookEvents;

const consumption: readonly string[] = ['course_enrolled', 'course_completed'] satisfies AcademyEvent[];

/** Enrolled and completed make the course's report be read again. What the others tell is no part of any feed. */
export const academyEvents: NamedEvents = {
  names: Object.fromEntries(
    Object.keys(webhookEvents).map((name) => [name, consumption.includes(name) ? 'consumption' : null]),
  ),
  nameOf,
  courseIdOf,
  read: readBody,
};

/** The vendor writes an event as its value in one place and as its title in another. */
export function nameOf(text: string): AcademyEvent | undefined {
  const plain = (words: string): string => words.toLowerCase().replace(/[^a-z]/g, '');
  const wanted = plain(text);
  const found = Object.entries(webhookEvents).find((names) => names.some((name) => plain(name) === wanted));
  return found?.[0] as AcademyEvent | undefined;
}
