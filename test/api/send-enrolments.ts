import type { App } from '../../src/lib/app';
import { type Answer, answerFor } from '../../src/lib/api/answer';
import { postEnrolments } from '../../src/lib/api/enrolments';
import type { EnrolmentAction } from '../../src/lib/domain/enrolment-batch';
import { described } from './described';

export interface Sending {
  readonly key?: string | undefined;
  readonly action?: EnrolmentAction;
  readonly type?: string;
}

/** Sends enrolments to the app, as its functions do. @param body text and bytes go out as they are. */
export async function send(
  app: App,
  body: unknown,
  { key, action = 'enrol', type = 'application/json' }: Sending = {},
): Promise<Answer> {
  const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const headers = new Headers({ 'content-type': type, ...(key !== undefined && { 'idempotency-key': key }) });
  const answer = await postEnrolments(app, {
    action,
    header: (name) => headers.get(name),
    body: new Blob([text as string]).stream(),
    base: 'http://localhost:7071/api',
  }).catch(answerFor);
  return described('post', action === 'enrol' ? '/enrolments' : '/enrolments/remove', answer);
}

export const bodyOf = <T>(answer: Answer): T => JSON.parse(answer.body ?? '{}') as T;
export const detailOf = (answer: Answer): string => bodyOf<{ detail?: string }>(answer).detail ?? '';
