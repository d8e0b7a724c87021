import { createHash } from 'node:crypto';
import type { Answer, PocketRequest, PocketServer } from '../server';
import { catalogForm, consumptionForm, wrongField, type WireRecord } from './records';
import type { LdServicesState, PostKind } from './state';

/** The two operations that take batches: a JSON array each, all of it or nothing. */
export function addPosts(server: PocketServer, state: LdServicesState): void {
  const on = (kind: PostKind, path: string): void =>
    server.on('POST', path, (request) => {
      const judged = refusedAtDoor(request, state) ?? judge(kind, request, state);
      const id = request.headers['idempotency-key'];
      const accepted = judged.records !== undefined;
      if (judged.records) state.take(kind, judged.records);
      state.posts.push({
        at: server.now(),
        kind,
        idempotencyKey: typeof id === 'string' ? id : undefined,
        sha256: createHash('sha256').update(request.body).digest('hex'),
        bytes: request.body.length,
        records: judged.count ?? 0,
        status: judged.answer.status,
        accepted,
        ...(judged.wrong === undefined ? {} : { wrong: judged.wrong }),
        ...(state.options.keepBodies && judged.records ? { body: judged.records } : {}),
      });
      return judged.answer;
    });
  on('catalog', '/Catalog/:sourceSystemId/course');
  on('consumption', '/Consumption/exptrack');
}

interface Judged {
  readonly answer: Answer;
  /** Only when the batch is taken. */
  readonly records?: readonly WireRecord[];
  readonly count?: number;
  readonly wrong?: string;
}

const denied = (message: string): Judged => ({
  answer: { status: 401, body: { statusCode: 401, message } },
});

/** What API Management checks before the service sees anything; the sentences are its own. */
function refusedAtDoor(request: PocketRequest, state: LdServicesState): Judged | undefined {
  const key = request.headers['ocp-apim-subscription-key'];
  if (key === undefined) {
    return denied(
      'Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.',
    );
  }
  if (key !== state.options.subscriptionKey) {
    return denied(
      'Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription.',
    );
  }
  const desks = [state.tokens, ...state.trusted];
  if (!desks.some((desk) => desk.accepts(request.headers.authorization))) {
    return denied('Unauthorized. Access token is missing or invalid.');
  }
  return undefined;
}

const bad = (wrong: string, count = 0): Judged => ({
  answer: { status: 400, body: { Message: 'The request is invalid.' } },
  wrong,
  count,
});

function judge(kind: PostKind, request: PocketRequest, state: LdServicesState): Judged {
  if (!/^application\/json(\s*;|$)/i.test(request.headers['content-type'] ?? '')) {
    return {
      answer: { status: 415, body: { Message: 'The media type is not supported.' } },
      wrong: 'Content-Type',
    };
  }
  const records = arrayOfObjects(request.body);
  if (!records) return bad('body');
  const { options, poisoned } = state;
  const form = kind === 'catalog' ? catalogForm : consumptionForm;
  for (const record of records) {
    const wrong =
      wrongField(record, form, options.allowUnknownFields) ?? ownRule(kind, record, request, state);
    if (wrong) return bad(wrong, records.length);
    if ([record.ExternalId, record.UserAlias].some((name) => poisoned.has(String(name)))) {
      return bad('poisoned', records.length);
    }
  }
  const { errorMessage } = options;
  if (errorMessage) {
    return { answer: { status: 200, body: { errormessage: errorMessage } }, count: records.length };
  }
  return { answer: { status: 200, body: { errormessage: null } }, records, count: records.length };
}

function ownRule(
  kind: PostKind,
  record: WireRecord,
  request: PocketRequest,
  state: LdServicesState,
): string | undefined {
  if (kind === 'catalog') {
    return String(record.SourceSystemid) === request.params.sourceSystemId ? undefined : 'SourceSystemid';
  }
  return state.options.statuses.includes(String(record.ConsumptionStatus)) ? undefined : 'ConsumptionStatus';
}

/** An empty array is fine: it says nothing. */
function arrayOfObjects(body: Buffer): WireRecord[] | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    const isObject = (item: unknown): boolean =>
      typeof item === 'object' && item !== null && !Array.isArray(item);
    return Array.isArray(value) && value.every(isObject) ? (value as WireRecord[]) : undefined;
  } catch {
    return undefined;
  }
}
