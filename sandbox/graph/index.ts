import { addControl, addPoison, control, forget, newest, tell } from '../control';
import { jsonObject } from '../router';
import { type Answer, PocketServer } from '../server';
import { addTokenEndpoint } from '../entra-token';
import { activities } from './activities';
import { batch } from './batch';
import { contents } from './contents';
import { graphDefaults, type GraphOptions } from './options';
import { badRequest, notFound, refusal } from './refusal';
import { requestOf } from './request';
import { GraphState } from './state';
import { faultAnswer, type StepFault } from './step-faults';
import { users } from './users';

/** A pocket Microsoft Graph, as far as Viva Learning and the look-up of learners go. */
export interface Graph {
  /** The address of version 1.0. */
  readonly url: string;
  /** Where tokens come from. */
  readonly tokenUrl: string;
  readonly state: GraphState;
  readonly server: PocketServer;
  readonly options: GraphOptions;
  stop(): Promise<void>;
}

/** @throws Error in one sentence when the port is taken. */
export async function startGraph(given: Partial<GraphOptions> = {}): Promise<Graph> {
  const options: GraphOptions = { ...graphDefaults, ...given };
  const server = new PocketServer('Microsoft Graph', options);
  const state = new GraphState(options, () => server.now());
  server.notFound = noSegment;
  addTokenEndpoint(server, state);
  server.on('POST', '/v1.0/$batch', ({ headers, body }) =>
    state.tokens.accepts(headers.authorization)
      ? batch(jsonObject(body), (...step) => answer(state, ...step))
      : noToken,
  );
  for (const path of ['/v1.0/users', '/v1.0/users/:a', `${provider}/:a`, `${provider}/:a/:b`])
    for (const method of ['GET', 'POST', 'PATCH', 'DELETE'])
      server.on(method, path, (request) => {
        if (!state.tokens.accepts(request.headers.authorization)) return noToken;
        const below = request.path.slice('/v1.0'.length).split('/').map(encodeURIComponent).join('/');
        return answer(state, method, `${below}?${request.query.toString()}`, bodyOf(request.body));
      });
  addControl(server, {
    tokens: state.tokens,
    options,
    summary: () => ({
      contents: state.contents.size,
      activities: state.activities.size,
      writes: state.writes.length,
      poisoned: state.poisoned.size,
    }),
  });
  addDataControl(server, state);
  await server.start();
  const { url } = server;
  return {
    url: `${url}/v1.0`,
    tokenUrl: `${url}/oauth2/v2.0/token`,
    state,
    server,
    options,
    stop: () => server.stop(),
  };
}

const provider = '/v1.0/employeeExperience/learningProviders/:provider';

function answer(state: GraphState, method: string, url: string, body: unknown): Answer {
  const path = url.split('?')[0] ?? '';
  const fault = state.faults.draw(method, path);
  const truth = fault && !fault.afterEffect ? undefined : done(state, method, url, body);
  const given = fault ? faultAnswer(fault, state.now()) : (truth ?? noSegment);
  if (method !== 'GET') state.writes.push({ method, path, status: given.status });
  return given;
}

function done(state: GraphState, method: string, url: string, body: unknown): Answer {
  const request = requestOf(method, url, body);
  const found = users(request, state);
  if (found) return found;
  const below = /^\/employeeExperience\/learningProviders\/([^/]+)(\/.+)$/.exec(request.path);
  if (!below) return noSegment;
  const [, id, path = ''] = below;
  if (id !== state.options.providerId)
    return badRequest(
      'There was an issue with your request. Make sure the registrationId you entered is valid or registered for your tenant',
    );
  return contents(request, path, state) ?? activities(request, path, state) ?? noSegment;
}

const bodyOf = (body: Buffer): unknown => (body.length === 0 ? undefined : jsonObject(body));
const noSegment = notFound('Resource not found for the segment.');
const noToken = refusal(401, 'InvalidAuthenticationToken', 'Access token has expired or is not yet valid.');

/**
 * `GET /_sandbox/contents`, `/_sandbox/activities`, `/_sandbox/writes`; `DELETE /_sandbox/records`;
 * `POST /_sandbox/poison`; `POST /_sandbox/step-faults`: `{faults: […]}`.
 */
function addDataControl(server: PocketServer, state: GraphState): void {
  tell(server, '/_sandbox/contents', (request) => ({ contents: newest(state.contents.values(), request) }));
  tell(server, '/_sandbox/activities', (request) => ({
    activities: newest(state.activities.values(), request),
  }));
  tell(server, '/_sandbox/writes', () => ({ writes: state.writes }));
  forget(server, '/_sandbox/records', () => state.clear());
  addPoison(server, state.poisoned);
  control(server, '/_sandbox/step-faults', ({ faults }) => {
    if (!Array.isArray(faults)) throw new Error('faults must be a list');
    state.faults.set(...(faults as StepFault[]));
    return { faults: faults.length };
  });
}
