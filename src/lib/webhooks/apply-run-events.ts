import type { EventTask, WebhookEvent } from '../domain/event';
import type { Feed } from '../domain/feed';
import { isEnded } from '../domain/run';
import { addSeconds, toMs, utc } from '../domain/time';
import type { Engine } from '../sync/engine';
import { feedsOf } from '../sync/feeds-of';
import { startRun } from '../sync/run/start';
import { tryLater } from './try-later';
import { wakeEvent } from './wake-event';

type RunTask = Extract<EventTask, { type: 'delta' }>;

/**
 * Answers events that do not say which course they are about by a run of their feeds. They are over when a run that
 * began after the last of them arrived has ended well; one that failed is followed by another, a while later.
 * @param events all that wait together; the lead is one of them.
 */
export async function applyRunEvents(
  engine: Engine,
  lead: WebhookEvent,
  events: readonly WebhookEvent[],
  task: RunTask,
): Promise<void> {
  const { source, eventId } = lead;
  const arrived = Math.max(...events.map(({ queuedAt }) => queuedAt));
  const answers: Answer[] = [];
  for (const kind of task.kinds)
    for (const feed of feedsOf(engine, source, { kind }))
      answers.push(await answer(engine, feed, lead, task.tick, arrived));
  const failed = answers.find(({ state }) => state === 'failed');
  if (failed) {
    const error = failed.error ?? 'The run that was to answer it failed';
    return tryLater(engine, events, { source, eventId, error });
  }
  if (answers.some(({ state }) => state === 'underway')) {
    const { firstDelayMs } = engine.patience.events;
    await engine.inbox.putBack(events, () => ({ dueAt: engine.now() + firstDelayMs }));
    return wakeEvent(engine, lead, firstDelayMs);
  }
  return engine.inbox.end(events, 'applied');
}

interface Answer {
  readonly state: 'answered' | 'underway' | 'failed';
  readonly error?: string | undefined;
}

/** Runs of one time are told apart by seconds; more of them than this have not helped. */
const mostRuns = 60;

/**
 * The run is named after its time: many events of a quarter of an hour, and the timer of that time, start one. One
 * that began before the event arrived, or found another one going on, says nothing of it: the next second's does.
 */
async function answer(
  engine: Engine,
  feed: Feed,
  { attempts }: WebhookEvent,
  tick: number,
  arrived: number,
): Promise<Answer> {
  let failures = 0;
  let error: string | undefined;
  for (let n = 0; n < mostRuns; n++) {
    const run = await startRun(engine, feed, { trigger: 'webhook', tick: addSeconds(utc(tick), n) });
    if (toMs(run.startedAt) < arrived || run.state === 'skipped') continue;
    if (!isEnded(run)) return { state: 'underway' };
    if (run.state === 'succeeded' || run.state === 'partial') return { state: 'answered' };
    error = run.error;
    // Those that failed before have been waited for.
    if (++failures > attempts) break;
  }
  return { state: 'failed', error };
}
