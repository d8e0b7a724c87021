import { getApp } from '../app';
import { type Answer, json } from './answer';

/** 200 when the settings are right and storage answers, 503 otherwise. Says no more: anyone may ask. */
export async function getHealth(): Promise<Answer> {
  try {
    const { engine } = await getApp();
    await engine.feeds.names();
    // A source whose settings are wrong fails alone, and is named by the status page and the check.
    return json(200, { status: 'ok' });
  } catch {
    return json(503, { status: 'unavailable' });
  }
}
