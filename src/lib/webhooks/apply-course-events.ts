import type { EventTask, WebhookEvent } from '../domain/event';
import type { Feed } from '../domain/feed';
import { addCounts, type Counts, noCounts } from '../domain/run';
import { utc } from '../domain/time';
import {
  ConflictError,
  LeaseLostError,
  RefusedError,
  sentence,
  UnsupportedError,
  WaitError,
} from '../errors';
import { applyCourse } from '../sync/deliver/apply-course';
import { compareCourse } from '../sync/deliver/compare-course';
import { CourseBusyError } from '../sync/deliver/course-turn';
import type { Sending } from '../sync/deliver/sending';
import { type Engine, openFeed, originOf } from '../sync/engine';
import { feedsOf } from '../sync/feeds-of';
import { Tally } from '../sync/deliver/tally';
import { DeletionsHeldError, guardDeletion } from './guard-deletion';
import { tryLater } from './try-later';
import { wakeEvent, wakeNext } from './wake-event';

type CourseTask = Extract<EventTask, { type: 'course' }>;

export interface CourseEvents {
  /** The one whose turn it is. */
  readonly lead: WebhookEvent;
  /** All that were in line before anything was read; the lead is one of them. */
  readonly events: readonly WebhookEvent[];
  readonly task: CourseTask;
  readonly stop: AbortSignal;
}

/** Brings the sink in step with one course as its source shows it now, once for all events that wait for it. */
export async function applyCourseEvents(engine: Engine, what: CourseEvents): Promise<void> {
  const { lead, events, task, stop } = what;
  const { source } = lead;
  const { busyMs, gatherMs } = engine.patience.events;
  const now = engine.now();
  const newest = Math.max(...events.map(({ queuedAt }) => queuedAt));
  // More keep coming: one look a little later serves them all.
  if (events.length > 1 && now - newest < busyMs && now - lead.queuedAt < gatherMs)
    return wakeEvent(engine, lead, busyMs);
  let isOver = true;
  try {
    const counts = await lookAgain(engine, what);
    await engine.inbox.end(events, 'applied');
    const { kind, courseId } = task;
    engine.log.info({ source, kind, courseId, events: events.length, counts }, 'events applied');
  } catch (error) {
    isOver = await failed(engine, what, error);
  }
  if (!isOver) return wakeEvent(engine, lead, stop.aborted ? 0 : busyMs);
  await wakeNext(engine, lead, events, busyMs);
}

/** To all destinations at once: one that is down delays no other. It is tried again with all, who know it all by then. */
async function lookAgain(engine: Engine, what: CourseEvents): Promise<Counts> {
  const { source } = what.lead;
  const { kind } = what.task;
  const feeds = feedsOf(engine, source, { kind });
  if (feeds.length === 0) throw new UnsupportedError(`The ${kind} of ${source} goes nowhere`);
  const looks = await Promise.allSettled(feeds.map((feed) => lookAgainFor(engine, what, feed)));
  const errors = looks.flatMap((look) => (look.status === 'rejected' ? [look.reason as unknown] : []));
  if (errors.length > 0) throw errors.find(isBusy) ?? errors.find((error) => !isFinal(error)) ?? errors[0];
  return looks.reduce(
    (sum, look) => (look.status === 'fulfilled' ? addCounts(sum, look.value) : sum),
    noCounts,
  );
}

async function lookAgainFor(
  engine: Engine,
  { lead, events, task, stop }: CourseEvents,
  feed: Feed,
): Promise<Counts> {
  const { source, queuedAt, eventId } = lead;
  const { kind, courseId } = task;
  const open = openFeed(engine, feed);
  const tally = new Tally(engine, { runId: eventId, dryRun: false }, feed);
  await tally.begin();
  const what: Sending = {
    engine,
    open,
    tally,
    signal: stop,
    // A replayed event is another cause: the same bytes are to be taken anew.
    keyPrefix: `${eventId}/${queuedAt}`,
    to: originOf(open, utc(queuedAt)),
    dryRun: false,
    force: false,
  };
  if (kind === 'catalog') {
    const beforeDeletion = (id: string): Promise<void> => guardDeletion(engine, feed, id);
    await applyCourse(courseId, { ...what, beforeDeletion });
    return tally.counts;
  }
  const { consumption } = open.source;
  if (consumption?.type !== 'scanned')
    throw new UnsupportedError(
      `The source ${source} is set up otherwise than when the event came; replay it`,
    );
  const whole = (): Promise<void> =>
    compareCourse(what, courseId, (cursor, signal) => consumption.page(courseId, cursor, { signal }));
  const learner = onlyLearner(events);
  const ofLearner = consumption.learnerPage?.bind(consumption);
  if (learner === undefined || !ofLearner) await whole();
  else
    try {
      await compareCourse(
        what,
        courseId,
        (cursor, signal) => ofLearner(learner, cursor, { signal }, courseId),
        (record) => record.courseId === courseId && record.email === learner,
      );
      // Nothing of whom something was told: the search may not know the address, the course tells all the same.
      if (tally.counts.read === 0) await whole();
    } catch (error) {
      // A learner whom the source does not know, or does not show: the course may tell all the same.
      if (!(error instanceof RefusedError)) throw error;
      await whole();
    }
  return tally.counts;
}

/** The learner whom all events are about; undefined when there are several, or one does not say. */
function onlyLearner(events: readonly WebhookEvent[]): string | undefined {
  const learners = new Set(events.map(({ task }) => (task.type === 'course' ? task.learner : undefined)));
  return learners.size === 1 ? [...learners][0] : undefined;
}

/** Another worker is at the course, or took it over. */
const isBusy = (error: unknown): boolean =>
  [CourseBusyError, LeaseLostError, ConflictError].some((kind) => error instanceof kind);

/** To try again would change nothing. */
const isFinal = (error: unknown): boolean =>
  error instanceof UnsupportedError || error instanceof DeletionsHeldError;

/** @returns false when nothing came of it, and the lead is to try again in a moment. */
async function failed(
  engine: Engine,
  { lead, events, task, stop }: CourseEvents,
  error: unknown,
): Promise<boolean> {
  const { inbox, log } = engine;
  if (stop.aborted || isBusy(error)) return false;
  const facts = { source: lead.source, kind: task.kind, eventId: lead.eventId, error: sentence(error) };
  if (error instanceof UnsupportedError) await inbox.end(events, 'ignored', sentence(error));
  else if (error instanceof DeletionsHeldError) {
    log.error({ ...facts, events: events.length }, 'events dead');
    await inbox.end(events, 'dead', sentence(error));
  } else {
    // Those that failed a while ago and are not due yet lose no attempt by it.
    const now = Math.max(engine.now(), lead.dueAt);
    const due = events.filter(({ dueAt }) => dueAt <= now);
    if (error instanceof WaitError) {
      log.info({ ...facts, until: new Date(error.until).toISOString() }, 'events wait for a pause');
      await inbox.putBack(due, () => ({ dueAt: error.until }));
      await wakeEvent(engine, lead, error.until - now);
    } else await tryLater(engine, due, facts);
  }
  return true;
}
