import { type App, getApp } from '../app';
import { type Answer, answerFor, problem } from './answer';

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
