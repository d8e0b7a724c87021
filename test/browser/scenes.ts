import type { App } from '../../src/lib/app';
import type { Feed } from '../../src/lib/domain/feed';
import { noCounts, type Run, type RunState } from '../../src/lib/domain/run';
import { addSeconds, utc, type Utc } from '../../src/lib/domain/time';
import { makeRunId } from '../../src/lib/store/run-rows';

/** A run as the table holds it. */
export function storedRun(feed: Feed, startedAt: Utc, more: Partial<Run> = {}): Run {
  return {
    runId: makeRunId(feed, startedAt),
    ...feed,
    mode: 'incremental',
    trigger: 'timer',
    dryRun: false,
    state: 'succeeded',
    request: {},
    startedAt,
    finishedAt: addSeconds(startedAt, 41),
    error: undefined,
    counts: noCounts,
    changes: undefined,
    window: undefined,
    planId: 'plan',
    planAttempts: 0,
    planDueAt: 0,
    createdAt: startedAt,
    slices: { total: 1, done: 1, failed: 0 },
    lastSlice: 1,
    cancelRequested: false,
    notes: [],
    ...more,
  };
}

/** Runs of the past, `apart` seconds from each other, the newest a minute ago: mostly well, some not. */
export async function pastRuns(app: App, feed: Feed, howMany: number, apart: number): Promise<void> {
  const now = utc(app.engine.now());
  const runs = Array.from({ length: howMany }, (_, i) => {
    const state: RunState = i === 0 || i % 7 ? 'succeeded' : i % 2 ? 'partial' : 'failed';
    const read = 40 + ((i * 7919) % 560);
    const quarantined = state === 'partial' ? 2 : 0;
    return storedRun(feed, addSeconds(now, -60 - i * apart), {
      state,
      counts: { ...noCounts, read, quarantined, sent: read - quarantined },
      ...(state === 'failed' && { error: 'Source openedx answers 503; it is busy or broken' }),
    });
  });
  for (let i = 0; i < runs.length; i += 20)
    await Promise.all(runs.slice(i, i + 20).map((run) => app.engine.runs.create(run)));
}

/** A webhook's event that could not be applied. */
export async function deadEvent(
  app: App,
  source: string,
  courseId: string,
  type = 'course.updated',
): Promise<string> {
  const now = app.engine.now();
  const hash = Buffer.from(courseId.padEnd(12, '.')).toString('hex').slice(0, 24);
  const event = {
    eventId: `${source}-${hash}`,
    source,
    type,
    state: 'received',
    receivedAt: now - 45 * 60_000,
    queuedAt: now,
    dueAt: now,
    attempts: 11,
    error: undefined,
    task: { type: 'course', kind: 'catalog', courseId },
  } as const;
  const bytes = Buffer.from(JSON.stringify({ type: event.type, courseId }));
  await app.engine.inbox.add(event, { bytes, typeHeader: undefined });
  await app.engine.inbox.end([event], 'dead', `Source ${source} answers 503; it is busy or broken`);
  return event.eventId;
}
