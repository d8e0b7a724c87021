import { z } from 'zod';
import type { App } from '../app';
import { RefusedError, UnsupportedError } from '../errors';
import { stopping } from '../stopping';
import { ReplyStore } from '../store/replies';
import { type Answer, answerFor, json, problem } from './answer';

export const enrolmentRequest = z
  .strictObject({
    source: z.string().min(1).max(32).meta({ description: 'The id of the source, as LMS_SOURCES names it' }),
    courseId: z.string().min(1).max(400).meta({ description: 'As the vendor names the course' }),
    learner: z.strictObject({
      email: z.email('must be a mail address').max(320),
      firstName: z.string().max(200).optional(),
      lastName: z.string().max(200).optional(),
    }),
    communityId: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'Part of the organisation; left out where there is only one' }),
  })
  .meta({ id: 'EnrolmentRequest' });

type Asked = z.output<typeof enrolmentRequest>;

/**
 * Enrols a learner at a vendor.
 * @param key the caller's `Idempotency-Key`: a repeat with it gets the first answer, and nothing is done again.
 */
export async function postEnrolment(app: App, asked: Asked, key: string | undefined): Promise<Answer> {
  const { source } = app.engine.openSource(asked.source);
  if (!source.enrolments)
    throw new UnsupportedError(`The source ${source.id} (${source.sourceKind}) takes no enrolments`);
  if (key === undefined) return enrol(app, asked);
  const claim = await new ReplyStore(app.storage, app.engine.now).claim(
    `enrolment/${asked.source}/${key}`,
    JSON.stringify(asked),
  );
  switch (claim.type) {
    case 'answered':
      return json(claim.reply.status, JSON.parse(claim.reply.body), { 'idempotency-replayed': 'true' });
    case 'underway':
      return problem({ status: 409, title: 'The same request is under way' }, { 'retry-after': '5' });
    case 'other':
      return problem({ status: 422, title: 'This Idempotency-Key was used for another request' });
    case 'new': {
      const answer = await enrol(app, asked).catch(async (error: unknown) => {
        await claim.forget();
        throw error;
      });
      if (answer.status === 201) await claim.settle({ status: 201, body: answer.body ?? '' });
      else await claim.forget();
      return answer;
    }
  }
}

async function enrol(app: App, { source, courseId, learner, communityId }: Asked): Promise<Answer> {
  const { enrolments } = app.engine.openSource(source).source;
  try {
    await enrolments?.enrol(
      { courseId, learner: { ...learner, email: learner.email.toLowerCase() }, communityId },
      { signal: AbortSignal.any([stopping, AbortSignal.timeout(120_000)]) },
    );
    return json(201, { source, courseId, enrolled: true });
  } catch (error) {
    return refusal(error) ?? answerFor(error);
  }
}

/** The vendor's own no, with its status where that means something to the caller. */
function refusal(error: unknown): Answer | undefined {
  if (!(error instanceof RefusedError)) return undefined;
  const status = [404, 409, 422].includes(error.status)
    ? error.status
    : error.status === 400
      ? 422
      : undefined;
  if (status === undefined) return undefined;
  const title = {
    404: 'Not found at the vendor',
    409: 'The vendor reports a conflict',
    422: 'The vendor refuses',
  };
  return problem({ status, title: title[status as 404 | 409 | 422], detail: error.reason ?? error.message });
}
