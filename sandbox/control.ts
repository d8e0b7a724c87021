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
  server.on('GET', '/_sandbox', () => ({
    status: 200,
    body: {
      name: server.name,
      now: new Date(server.now()).toISOString(),
      requests: { total: requests.total, byStatus: requests.byStatus, mostInFlight: requests.mostInFlight },
      tokensIssued: parts.tokens?.issued ?? 0,
      faults: faults.plans,
      ...parts.summary(),
    },
  }));
  server.on('GET', '/_sandbox/requests', (request) => ({
    status: 200,
    body: { total: requests.total, entries: requests.to(request.query.get('path') ?? '') },
  }));
  server.on('DELETE', '/_sandbox/requests', () => {
    requests.clear();
    return done({});
  });
  server.on('GET', '/_sandbox/faults', () => ({ status: 200, body: { plans: faults.plans } }));
  // One plan, or `{plans: [...]}`.
  control(server, '/_sandbox/faults', (body) => {
    faults.set('plans' in body ? (body.plans as FaultPlan[]) : (body as unknown as FaultPlan));
    return { plans: faults.plans };
  });
  server.on('DELETE', '/_sandbox/faults', () => {
    faults.set();
    return done({});
  });
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
