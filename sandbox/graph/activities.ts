import type { Answer } from '../server';
import { isTime, noAccess, notSupported } from './contents';
import { badRequest, notFound, refusal } from './refusal';
import type { Request } from './request';
import { type GraphState, newId, type Properties } from './state';

const selfInitiated = '#microsoft.graph.learningSelfInitiatedCourse';
const statuses = ['inProgress', 'completed'];

/** `learningCourseActivities` of the provider; undefined: another path. @param path behind the provider. */
export function activities({ method, body }: Request, path: string, state: GraphState): Answer | undefined {
  const match = /^\/learningCourseActivities(?:\(externalcourseActivityId='(.*)'\)|\/([^/]+))?$/i.exec(path);
  if (!match) return undefined;
  const { permissions } = state.options;
  const writes = permissions.includes('LearningSelfInitiatedCourse.ReadWrite.All');
  if (!writes && !(method === 'GET' && permissions.includes('LearningSelfInitiatedCourse.Read.All')))
    return noAccess;
  const [, key, id] = match;
  if (key === undefined && id === undefined) return method === 'POST' ? create(body, state) : notSupported;
  const there =
    key === undefined
      ? state.activities.get(id ?? '')
      : state.activityByExternalId(key.replaceAll("''", "'"));
  if (!there) return notFound(`The requested assignment ${key ?? id} doesn’t exist.`);
  if (method === 'GET') return { status: 200, body: there };
  if (key !== undefined) return notSupported;
  if (method === 'PATCH') {
    const wrong = fault(body);
    if (wrong) return badRequest(wrong);
    if (isPoisoned(there, state)) return badRequest('Input Field status is invalid');
    state.activities.set(there.id, { ...there, ...(body as Properties), id: there.id });
    return { status: 204 };
  }
  if (method !== 'DELETE') return notSupported;
  state.activities.delete(there.id);
  return { status: 204 };
}

/** What a second POST with the same external id does is published nowhere: here it makes a second activity. */
function create(body: unknown, state: GraphState): Answer {
  const wrong = fault(body);
  if (wrong) return badRequest(wrong);
  const given = body as Properties;
  for (const name of ['learnerUserId', 'learningContentId'])
    if (typeof given[name] !== 'string') return badRequest(`Input Field ${name} is required`);
  if (!state.users.has(String(given.learnerUserId)))
    return badRequest('Input Field learnerUserId is invalid');
  if (!state.contentById(given.learningContentId))
    return badRequest('Input Field learningContentId is invalid');
  if (!state.options.activitySync)
    return refusal(
      403,
      'Forbidden',
      'The provider is not valid to create course activity for the given learning content',
    );
  if (state.unlicensed.has(String(given.learnerUserId)))
    return refusal(403, 'Forbidden', 'User License is not valid to perform the operation');
  if (isPoisoned(given, state)) return badRequest('Input Field status is invalid');
  const activity = { ...given, id: `${String(given.learnerUserId)}:${newId()}` };
  state.activities.set(activity.id, activity);
  return { status: 201, body: activity };
}

const isPoisoned = ({ learningContentId }: Properties, state: GraphState): boolean =>
  state.isPoisoned(state.contentById(learningContentId)?.externalId);

function fault(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return 'The body must be a JSON object';
  const given = body as Properties;
  if (given['@odata.type'] !== selfInitiated) return 'Input Field @odata.type is invalid';
  if (given.status === undefined) return 'Input Field status is required';
  if (typeof given.status !== 'string' || !statuses.includes(given.status))
    return 'Input Field status is invalid';
  const { completionPercentage: percent = null } = given;
  if (percent !== null && !(Number.isInteger(percent) && Number(percent) >= 0 && Number(percent) <= 100))
    return 'Input Field completionPercentage is invalid';
  for (const name of ['startedDateTime', 'completedDateTime'])
    if (given[name] !== undefined && given[name] !== null && !isTime(given[name]))
      return `Input Field ${name} is invalid`;
  return undefined;
}
