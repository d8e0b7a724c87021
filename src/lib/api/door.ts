import { type App, getApp } from '../app';
import { type Answer, answerFor, problem } from './answer';
import { type Asked, isForged } from './cross-site';

/** As `atTheDoor`, for what changes something: not for another site's page that a browser happens to show. */
export async function toAct(asked: Asked, work: (app: App) => Promise<Answer>): Promise<Answer> {
  if (!isForged(asked)) return atTheDoor(work);
  return problem({
    status: 403,
    title: 'This came from a page of another site',
    detail: 'Send it as application/json, or with the key in the header x-functions-key',
  });
}

/** Runs a request against the app, and turns whatever is thrown into the answer it stands for. */
export async function atTheDoor(work: (app: App) => Promise<Answer>): Promise<Answer> {
  let app: App | undefined;
  try {
    app = await getApp();
    return await work(app);
  } catch (error) {
    try {
      return answerFor(error);
    } catch (unexpected) {
      app?.log.error({ error: (unexpected as Error).stack }, 'request failed');
      return problem({ status: 500, title: 'An unexpected error; see the log' });
    }
  }
}
