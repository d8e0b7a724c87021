import type { App } from '../app';
import type { EnrolmentAction } from '../domain/enrolment-batch';
import { inputSentence, RefusedError, WaitError } from '../errors';
import { startBatch } from '../enrolments/batch';
import { type CheckedRow, checkRows } from '../enrolments/check-rows';
import { failureOf } from '../enrolments/failure';
import { checkAsked, LearnerBusyError, perform } from '../enrolments/perform';
import { type Candidate, fromArray, fromCsv, mostRows, type RowProblem } from '../enrolments/read-rows';
import { type AskedEnrolment, enrolmentRequest } from '../enrolments/request';
import { stopping } from '../stopping';
import { type Answer, answerFor, json, pauseAnswer, problem, refusalTitles } from './answer';
import { once } from './once';
import { enrolmentOperations } from './operations/enrolments';
import { pathTo } from './operations/operation';
import { jsonOf, mostErrors, parseWith, wholeBody } from './parse';
import type { ParsedRequest } from './serve';

interface EnrolmentCall {
  readonly action: EnrolmentAction;
  readonly key: string | undefined;
  /** The address of the API, such as http://localhost:7071/api. */
  readonly base: string;
}

/** Enrols or removes one learner at once, or takes many in: a JSON array, or CSV. */
export async function postEnrolments(
  app: App,
  action: EnrolmentAction,
  {
    headers,
    base,
    call: { headers: sent, body: stream },
  }: Pick<ParsedRequest<typeof enrolmentOperations.enrol>, 'headers' | 'base' | 'call'>,
): Promise<Answer> {
  const call = { action, key: headers['Idempotency-Key'], base };
  const body = await wholeBody(stream);
  if (!body.ok) return body.answer;
  if (/^\s*text\/csv\s*(;|$)/i.test(sent.get('content-type') ?? '')) {
    const read = fromCsv(body.value);
    return read.ok ? postBatch(app, call, read.rows) : wrongRows(read.errors);
  }
  const read = jsonOf(body.value, 'send JSON, or CSV with the header content-type: text/csv');
  if (!read.ok) return read.answer;
  const { value } = read;
  if (Array.isArray(value)) return postBatch(app, call, fromArray(value));
  const asked = parseWith(enrolmentRequest, value);
  return asked.ok ? postOne(app, call, asked.value) : asked.answer;
}

async function postOne(app: App, { action, key }: EnrolmentCall, asked: AskedEnrolment): Promise<Answer> {
  try {
    checkAsked(app.engine, action, asked);
  } catch (error) {
    return refusal(asked.source, error, app.engine.now());
  }
  const scope = action === 'enrol' ? `enrolment/${asked.source}` : `removal/${asked.source}`;
  return once(app, { scope, key, request: JSON.stringify(asked) }, async () => {
    try {
      await perform(app.engine, action, asked, stopping);
    } catch (error) {
      return refusal(asked.source, error, app.engine.now());
    }
    const { source, courseId } = asked;
    const place = { source, ...(courseId !== undefined && { courseId }) };
    return action === 'enrol'
      ? json(201, { ...place, enrolled: true })
      : json(200, { ...place, removed: true });
  });
}

const busy = 'The same learner is under way';

/** @throws what nobody expected. */
function refusal(source: string, error: unknown, now: number): Answer {
  if (error instanceof WaitError) return pauseAnswer(source, error, now);
  if (error instanceof LearnerBusyError)
    return problem({ status: 409, title: busy, detail: error.message }, { 'retry-after': '5' });
  const failure = error instanceof RefusedError ? failureOf(error) : undefined;
  const title = failure && (refusalTitles as Readonly<Record<number, string>>)[failure.status];
  return failure && title
    ? problem({ status: failure.status, title, detail: failure.error })
    : answerFor(error);
}

async function postBatch(app: App, call: EnrolmentCall, candidates: readonly Candidate[]): Promise<Answer> {
  if (candidates.length === 0) return problem({ status: 400, title: 'There are no rows' });
  if (candidates.length > mostRows)
    return problem({
      status: 413,
      title: `There may be ${mostRows} rows at the most`,
      detail: 'These are more: send them in parts',
    });
  const checked = checkRows(app.engine, call.action, candidates);
  return checked.ok ? takeIn(app, call, checked.rows) : wrongRows(checked.errors);
}

function takeIn(app: App, call: EnrolmentCall, rows: readonly CheckedRow[]): Promise<Answer> {
  const { action, key, base } = call;
  return once(app, { scope: `batch/${action}`, key, request: JSON.stringify(rows) }, async (batchId) => {
    try {
      await startBatch(app.engine, batchId, action, rows);
    } catch (error) {
      return answerFor(error);
    }
    const url = `${base}/${pathTo(enrolmentOperations.getEnrolments, { batchId })}`;
    return json(202, { batchId, url, total: rows.length }, { location: url });
  });
}

function wrongRows(errors: readonly RowProblem[]): Answer {
  const rows = new Set(errors.map(({ row }) => row)).size;
  const [first] = errors;
  const example = first && `row ${first.row}: ${inputSentence(first)}`;
  return problem({
    status: 400,
    title: 'Rows are wrong, and nothing was done',
    detail: rows > 1 ? `${rows} rows are wrong; ${example}` : example,
    errors: errors.slice(0, mostErrors).map(({ row, field, message }) => ({ row, field, message })),
  });
}
