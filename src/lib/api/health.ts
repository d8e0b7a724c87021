import { getApp } from '../app';
import { type Answer, json } from './answer';

/** 200 when the settings are right and storage answers, 503 otherwise. Says no more: anyone may ask. */
export async function getHealth(): Promise<Answer> {
  try {
    const { settings, engine } = await getApp();
    await engine.feeds.names();
    const ok = settings.sources.every((source) => source.ok);
    return ok ? json(200, { status: 'ok' }) : json(503, { status: 'unavailable' });
  } catch {
    return json(503, { status: 'unavailable' });
  }
}
