import type { FaultPlan } from './faults';
import { jsonObject } from './router';
import type { Answer, PocketRequest, PocketServer } from './server';
import type { TokenDesk } from './tokens';

/**
 * What every pocket system lets other processes do, under `/_sandbox`. These calls are neither logged nor
 * throttled and meet no faults.
 */
export function addControl(
  server: PocketServer,
  parts: {
    readonly tokens?: TokenDesk;
    /** Settings that may be changed while it runs. */
    readonly options: object;
    readonly summary: () => object;
  },
): void {
  const { requests, faults } = server;
  tell(server, '/_sandbox', () => ({
    name: server.name,
    now: new Date(server.now()).toISOString(),
    requests: { total: requests.total, byStatus: requests.byStatus, mostInFlight: requests.mostInFlight },
    tokensIssued: parts.tokens?.issued ?? 0,
    faults: faults.plans,
    ...parts.summary(),
  }));
  tell(server, '/_sandbox/requests', ({ query }) => ({
    total: requests.total,
    entries: requests.to(query.get('path') ?? ''),
  }));
  forget(server, '/_sandbox/requests', () => requests.clear());
  tell(server, '/_sandbox/faults', () => ({ plans: faults.plans }));
  // One plan, or `{plans: [...]}`.
  control(server, '/_sandbox/faults', (body) => {
    faults.set('plans' in body ? (body.plans as FaultPlan[]) : (body as unknown as FaultPlan));
    return { plans: faults.plans };
  });
  forget(server, '/_sandbox/faults', () => faults.set());
  control(server, '/_sandbox/options', (body) => {
    const unknown = Object.keys(body).find((name) => fixed.includes(name));
    if (unknown) throw new Error(`${unknown} cannot be changed while the sandbox runs`);
    Object.assign(parts.options, body);
    return {};
  });
  const { tokens } = parts;
  if (!tokens) return;
  control(server, '/_sandbox/tokens/revoke', () => {
    tokens.revokeAll();
    return {};
  });
  control(server, '/_sandbox/credentials', (body) => {
    if (typeof body.clientId === 'string') tokens.client.clientId = body.clientId;
    if (typeof body.clientSecret === 'string') tokens.client.clientSecret = body.clientSecret;
    return {};
  });
}

/** Tells something by GET. */
export const tell = (server: PocketServer, path: string, body: (request: PocketRequest) => object): void =>
  server.on('GET', path, (request) => ({ status: 200, body: body(request) }));

/** Forgets something by DELETE. */
export const forget = (server: PocketServer, path: string, clear: () => void): void =>
  server.on('DELETE', path, () => {
    clear();
    return done({});
  });

/** The newest first; `?limit=` so many of them. */
export const newest = <T>(all: Iterable<T>, { query }: PocketRequest): T[] =>
  [...all].toReversed().slice(0, Number(query.get('limit') ?? 0) || undefined);

const fixed = ['port', 'clock', 'tls', 'seed', 'faults', 'clientId', 'clientSecret'];

/** A POST of a JSON object; what is thrown becomes a 400 with the reason. */
export function control(
  server: PocketServer,
  path: string,
  act: (body: Record<string, unknown>) => object,
): void {
  server.on('POST', path, (request) => {
    const body = jsonObject(request.body);
    if (!body) return { status: 400, body: { error: 'The body must be a JSON object.' } };
    try {
      return done(act(body));
    } catch (error) {
      return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
    }
  });
}

const done = (result: object): Answer => ({ status: 200, body: { ok: true, ...result } });

/** `POST /_sandbox/poison`: `{ids: […]}` replaces the list of what is refused. */
export function addPoison(server: PocketServer, poisoned: Set<string>): void {
  control(server, '/_sandbox/poison', (body) => {
    if (!Array.isArray(body.ids)) throw new Error('ids must be a list');
    poisoned.clear();
    for (const id of body.ids) poisoned.add(String(id));
    return { poisoned: poisoned.size };
  });
}
