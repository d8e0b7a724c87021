import { addControl, addPoison, forget, newest, tell } from '../control';
import { type Answer, type PocketRequest, PocketServer } from '../server';
import { judge } from './judge';
import { lrsDefaults, type LrsOptions } from './options';
import { LrsState } from './state';

/** A pocket Learning Record Store. */
export interface Lrs {
  /** The address that xAPI's resources are below. */
  readonly url: string;
  readonly state: LrsState;
  readonly server: PocketServer;
  readonly options: LrsOptions;
  stop(): Promise<void>;
}

/** @throws Error in one sentence when the port is taken. */
export async function startLrs(given: Partial<LrsOptions> = {}): Promise<Lrs> {
  const options: LrsOptions = { ...lrsDefaults, ...given };
  const server = new PocketServer('LRS', options);
  const state = new LrsState();
  server.notFound = { status: 404, body: { error: 'not found' } };
  server.on('GET', '/xapi/about', () => ({ status: 200, body: { version: options.versions } }));
  server.on('POST', '/xapi/statements', (request) => {
    const {
      answer,
      statements = [],
      wrong,
    } = refusedAtDoor(request, options) ?? judge(request, state, options);
    if (answer.status === 200)
      for (const one of statements) if (!state.statements.has(one.id)) state.statements.set(one.id, one);
    state.posts.push({ status: answer.status, statements: statements.length, ...(wrong && { wrong }) });
    return answer;
  });
  server.on('GET', '/xapi/statements', (request) => {
    const refused = refusedAtDoor(request, options);
    if (refused) return refused.answer;
    if (options.writeOnly) return { status: 403, body: { error: 'forbidden' } };
    const limit = Number(request.query.get('limit') ?? 0) || Infinity;
    const all = [...state.statements.values()].toReversed();
    return { status: 200, body: { statements: all.slice(0, limit), more: '' } };
  });
  addControl(server, {
    options,
    summary: () => ({
      posts: state.posts.length,
      statements: state.statements.size,
      poisoned: state.poisoned.size,
    }),
  });
  tell(server, '/_sandbox/statements', (request) => ({
    statements: newest(state.statements.values(), request),
  }));
  forget(server, '/_sandbox/statements', () => state.clear());
  addPoison(server, state.poisoned);
  await server.start();
  return { url: `${server.url}/xapi`, state, server, options, stop: () => server.stop() };
}

function refusedAtDoor(
  { headers }: PocketRequest,
  { key, secret, versions }: LrsOptions,
): { answer: Answer; statements?: undefined; wrong: string } | undefined {
  const refuse = (status: number, wrong: string) => ({ answer: { status, body: { error: wrong } }, wrong });
  const version = headers['x-experience-api-version']?.toString() ?? '';
  if (!versions.includes(version)) return refuse(400, 'X-Experience-API-Version is missing or unknown');
  const pair = Buffer.from(`${key}:${secret}`).toString('base64');
  if (headers.authorization !== `Basic ${pair}`) return refuse(401, 'unauthorized');
  return undefined;
}
