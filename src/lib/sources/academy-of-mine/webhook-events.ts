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

export type WebhookEvent = keyof typeof webhookEvents;
