import { addControl, tell } from '../control';
import { PocketServer } from '../server';
import { problem } from './gateway';
import { addLti } from './lti';
import { tBookDefaults, type TBookOptions } from './options';
import { addReads } from './reads';
import { TBookState } from './state';
import { addTokenEndpoint } from './token-endpoint';
import { addWrites } from './writes';

/** A pocket T-book that runs; its API is below `/api`. */
export interface TBook {
  readonly url: string;
  readonly state: TBookState;
  readonly server: PocketServer;
  stop(): Promise<void>;
}

/** @throws Error in one sentence when the port is taken. */
export async function startTBook(given: Partial<TBookOptions> = {}): Promise<TBook> {
  const options: TBookOptions = { ...tBookDefaults, ...given };
  const server = new PocketServer('T-book', options);
  const state = new TBookState(options, () => server.now());
  server.notFound = problem(404, "The requested resource doesn't exist.");
  addTokenEndpoint(server, state);
  addReads(server, state);
  addWrites(server, state);
  addLti(server, state);
  addControl(server, {
    tokens: state.tokens,
    options,
    summary: () => ({ entities: state.entities.size, learners: state.learners.size }),
  });
  tell(server, '/_sandbox/learners', () => ({ learners: [...state.learners.values()] }));
  await server.start();
  return { url: server.url, state, server, stop: () => server.stop() };
}
