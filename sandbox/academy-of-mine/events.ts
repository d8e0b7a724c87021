import type { AcCourse, AcUser } from './data';
import type { EventListForm } from './options';

/** The Webhook Event Lookup: values, spelt as there, and titles. */
export const eventTitles: Readonly<Record<string, string>> = {
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
};

export function valueOf(text: string, form: EventListForm): string | undefined {
  if (form === 'none') return undefined;
  const found = Object.entries(eventTitles).find(
    ([value, title]) => (form !== 'titles' && text === value) || (form !== 'values' && text === title),
  );
  return found?.[0];
}

/** Something that happened, as a webhook tells it: never with the event's name. */
export interface AcEvent {
  readonly name: string;
  readonly data: unknown;
  /** The same without the course: what is unpublished may be missing. */
  readonly opaque: unknown;
}

/** As the help article has it. */
export const accountCreated = (user: AcUser, registered: string): AcEvent => {
  const data = { ...person(user), date_registered: registered };
  return { name: 'new_account_created', data, opaque: data };
};

/** Published up to `"enroll`; the rest is invented. */
export const enrolled = (user: AcUser, { id, name }: AcCourse): AcEvent => {
  const userList = [person(user)];
  return {
    name: 'course_enrolled',
    data: { userList, enrolledCourses: [{ id, name }] },
    opaque: { userList },
  };
};

/** Invented. */
export const completed = (user: AcUser, { id, name }: AcCourse, at: string): AcEvent => ({
  name: 'course_completed',
  data: { user: person(user), course: { id, name }, completed_on: at },
  opaque: { message: 'Congratulations' },
});

const person = ({ id, firstName, lastName, email }: AcUser): object => ({
  id,
  first_name: firstName,
  last_name: lastName,
  email,
});
