import type { App } from '../../src/lib/app';
import { type Answer, answerFor } from '../../src/lib/api/answer';
import { postEnrolments } from '../../src/lib/api/enrolments';
import { enrolmentOperations } from '../../src/lib/api/operations/enrolments';
import { answerTo } from '../../src/lib/api/serve';
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
  const operation = enrolmentOperations[action === 'enrol' ? 'enrol' : 'removeEnrolment'];
  const call = {
    method: 'POST',
    url: `http://localhost:7071/api${operation.path}`,
    params: {},
    query: new URLSearchParams(),
    headers: new Headers({ 'content-type': type, ...(key !== undefined && { 'idempotency-key': key }) }),
    body: new Blob([text as string]).stream(),
  };
  const answer = await answerTo(operation, app, call, (bridge, asked) =>
    postEnrolments(bridge, action, asked),
  ).catch(answerFor);
  return described('post', operation.path, answer);
}

export const bodyOf = <T>(answer: Answer): T => JSON.parse(answer.body ?? '{}') as T;
export const detailOf = (answer: Answer): string => bodyOf<{ detail?: string }>(answer).detail ?? '';
