import type { App } from '../app';
import { endPause } from '../sync/end-pause';
import { type Answer, json, problem } from './answer';

/** The systems that asked to be left alone, until when, and what they answered. */
export async function listPauses({ engine }: App): Promise<Answer> {
  return json(200, { pauses: await engine.pauses.list(engine.now()) });
}

/** Calls the system again at once. @param system a source's id, or a destination's system. */
export async function postEndPause({ engine }: App, system: string): Promise<Answer> {
  if (await endPause(engine, system)) return json(200, { system, ended: true });
  const detail = `${system} is not paused; GET /pauses lists what is`;
  return problem({ status: 404, title: 'No such pause', detail });
}
