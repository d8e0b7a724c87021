import { groupOf, type WebhookEvent } from '../../domain/event';
import { type Feed, feedName } from '../../domain/feed';
import { isEnded, type Run } from '../../domain/run';
import { toMs } from '../../domain/time';
import { repairBatches } from '../../enrolments/batch';
import { sentence } from '../../errors';
import { cancelRun } from './cancel';
import { courseLease } from '../deliver/course-turn';
import type { Engine } from '../engine';
import { finishRun } from './finish';
import { freeSlices } from './due';
import { endIncomplete } from './incomplete';
import { parallelSlices, placesTaken } from './places';
import { releaseFeed, takeTurn } from './turn';

/** A marker whose run was never written is forgotten after this long. */
const orphanMs = 5 * 60_000;
/** A slice that has been due for so long has lost its wake-up call. */
const lostSliceMs = 10_000;
/** An event that has been due for so long has lost its wake-up call. */
const lostEventMs = 30_000;
/** Of a source at a time. */
const groupsASource = 200;

type Attempt = (what: string, work: () => Promise<void>) => Promise<void>;

/**
 * Sends again what was lost: called every minute. What is in order is left alone. A run or a feed that
 * cannot be read holds up no other.
 * @throws the first thing that went wrong, once all else is done.
 */
export async function sweep(engine: Engine): Promise<void> {
  const failures: unknown[] = [];
  const attempt: Attempt = async (what, work) => {
    try {
      await work();
    } catch (error) {
      failures.push(error);
      engine.log.error({ what, error: sentence(error) }, 'cannot be repaired');
    }
  };
  const open = await engine.feeds.listOpen();
  const found = new Set(open.map(({ runId }) => runId));
  for (const { feed, runId, since } of open)
    await attempt(runId, async () => {
      const run = await engine.runs.read(runId);
      if (run) await repair(engine, run);
      else if (engine.now() - since > orphanMs) await engine.feeds.unmarkOpen(feed, runId);
    });
  // Each by itself: a row that another version of the app wrote holds up its own feed alone.
  for (const feed of await engine.feeds.names())
    await attempt(feedName(feed), () => repairFeed(engine, feed, attempt, found));
  for (const source of engine.inbox.sources) await attempt(source, () => repairEvents(engine, source));
  await attempt('enrolments', () => repairBatches(engine, attempt));
  // Alerts wait for this line: without it, nothing repairs what was lost.
  engine.log.info({ openRuns: open.length }, 'sweep done');
  if (failures.length > 0) throw failures[0];
}

async function repairFeed(
  engine: Engine,
  feed: Feed,
  attempt: Attempt,
  found: ReadonlySet<string>,
): Promise<void> {
  const { activeRun, watermark } = await engine.feeds.read(feed);
  if (activeRun !== undefined && !found.has(activeRun))
    await attempt(activeRun, async () => {
      const run = await engine.runs.read(activeRun);
      // A marker is not the only thing that can find a run: one that lost it would hold the feed for ever.
      if (run) await repair(engine, run);
      // A run's row is written before its feed names it: one that is not there was deleted.
      if (!run)
        await engine.feeds.update(feed, (now) =>
          now.activeRun === activeRun ? { activeRun: undefined } : undefined,
        );
    });
  if (watermark === undefined) return;
  const lagSeconds = Math.round((engine.now() - toMs(watermark)) / 1000);
  engine.log.info({ ...feed, watermark, lagSeconds }, 'feed watermark');
  engine.onWatermark?.(feed, watermark);
}

/** Wakes one event of each group: who works it works the others as well. */
async function repairEvents(engine: Engine, source: string): Promise<void> {
  const lost = new Map<string, WebhookEvent>();
  for await (const event of engine.inbox.waiting(source)) {
    if (lost.size >= groupsASource) break;
    const group = groupOf(event.task);
    if (!lost.has(group) && event.dueAt + lostEventMs <= engine.now()) lost.set(group, event);
  }
  for (const event of lost.values()) {
    const { eventId, task } = event;
    if ((await engine.inbox.read(eventId))?.state !== 'received') {
      await engine.inbox.leaveLine(event);
      continue;
    }
    if (task.type === 'course' && (await isAtWork(engine, source, task.courseId))) continue;
    await engine.wakeUps.send({ queue: 'webhook-events', body: { eventId } });
  }
}

/** Whoever sends the course anywhere wakes its events afterwards. */
async function isAtWork(engine: Engine, source: string, courseId: string): Promise<boolean> {
  for (const destination of engine.destinationsOf(source))
    if (await engine.leases.isHeld(courseLease({ source, destination }, courseId))) return true;
  return false;
}

async function repair(engine: Engine, run: Run): Promise<void> {
  if (isEnded(run)) return releaseFeed(engine, run);
  // Ended only once nobody works on it: whoever takes the feed's turn next must not be overtaken by an old batch.
  if (run.cancelRequested) return void (await cancelRun(engine, run.runId));
  if (run.state === 'waiting') return repairWaiting(engine, run);
  if (run.slices.done + run.slices.failed >= run.slices.total) return finishRun(engine, run.runId);
  await wakeWorkers(engine, run);
}

/** As many as there are places: each takes one slice after another. */
async function wakeWorkers(engine: Engine, run: Run): Promise<void> {
  const isFree = freeSlices(engine, run);
  let places = parallelSlices(engine, run) - (await placesTaken(engine, run)).size;
  let pending = 0;
  for await (const slice of engine.runs.slices(run, 'pending')) {
    pending++;
    if (places <= 0) return;
    // One that was rescheduled has a message of its own, for a while.
    const lostAt = slice.dueAt === 0 ? 0 : slice.dueAt + lostSliceMs;
    if (lostAt > engine.now() || !(await isFree(slice))) continue;
    places--;
    await engine.wakeUps.send({ queue: 'sync-slices', body: { runId: run.runId, slice: slice.number } });
  }
  if (pending === 0) await endIncomplete(engine, run);
}

async function repairWaiting(engine: Engine, run: Run): Promise<void> {
  if (await engine.leases.isHeld(`plan-${run.runId}`)) return;
  if (run.planDueAt <= engine.now()) await takeTurn(engine, run);
}
