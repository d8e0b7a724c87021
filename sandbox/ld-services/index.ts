import { addControl, addPoison, forget, newest, tell } from '../control';
import { PocketServer } from '../server';
import { ldServicesDefaults, type LdServicesOptions } from './options';
import { addPosts } from './posts';
import { LdServicesState, type PostKind } from './state';
import { addTokenEndpoint } from '../entra-token';

/** Pocket L&D services that run. */
export interface LdServices {
  readonly url: string;
  readonly state: LdServicesState;
  readonly server: PocketServer;
  stop(): Promise<void>;
}

/** @throws Error in one sentence when the port is taken. */
export async function startLdServices(given: Partial<LdServicesOptions> = {}): Promise<LdServices> {
  const options: LdServicesOptions = { ...ldServicesDefaults, ...given };
  const server = new PocketServer('L&D services', options);
  const state = new LdServicesState(options, () => server.now());
  server.notFound = { status: 404, body: { statusCode: 404, message: 'Resource not found' } };
  addTokenEndpoint(server, state);
  addPosts(server, state);
  addControl(server, {
    tokens: state.tokens,
    options,
    summary: () => ({
      catalog: { held: state.catalog.size, ...state.counts('catalog') },
      consumption: { held: state.consumption.size, ...state.counts('consumption') },
      poisoned: state.poisoned.size,
    }),
  });
  addDataControl(server, state);
  await server.start();
  return { url: server.url, state, server, stop: () => server.stop() };
}

/** `GET /_sandbox/posts`, `GET /_sandbox/records/:kind`, `DELETE /_sandbox/records`, `POST /_sandbox/poison`. */
function addDataControl(server: PocketServer, state: LdServicesState): void {
  tell(server, '/_sandbox/posts', () => ({ posts: state.posts }));
  server.on('GET', '/_sandbox/records/:kind', (request) => {
    const { kind } = request.params;
    if (kind !== 'catalog' && kind !== 'consumption') return server.notFound;
    const held = state[kind satisfies PostKind];
    return { status: 200, body: { records: Object.fromEntries(newest(held, request)) } };
  });
  forget(server, '/_sandbox/records', () => state.clear());
  addPoison(server, state.poisoned);
}
