import { randomBytes } from 'node:crypto';
import type { EventState, WebhookEvent } from '../src/lib/domain/event';
import type { Feed } from '../src/lib/domain/feed';
import { noCounts, type Run, type RunState } from '../src/lib/domain/run';
import { utc } from '../src/lib/domain/time';
import { forEachOf } from '../src/lib/for-each-of';
import { eventPlace, eventToRow, rawToRow, rowKeys, statePrefix } from '../src/lib/store/inbox-rows';
import { groupsOf } from '../src/lib/store/purging';
import { quarantineId, recordToRow } from '../src/lib/store/quarantine-rows';
import type { Row } from '../src/lib/store/rows';
import { makeRunId, runToRow } from '../src/lib/store/run-rows';
import { listedRows } from '../src/lib/store/run-lists';
import type { Storage, Table } from '../src/lib/store/storage';
import { mostTogether, writeTogether } from '../src/lib/store/transactions';

/** Writes rows as they are, in transactions. @param rows partition by partition. */
async function fill(table: Table, rows: Iterable<Row>): Promise<void> {
  await forEachOf(groupsOf(rows, mostTogether), 4, async (group) => {
    await writeTogether(
      table,
      group.map((row) => ({ type: 'put', row })),
    );
  });
}

/** When something happened, of many; milliseconds since 1970. */
export type Spread = (i: number) => number;

/** Puts records into a feed's quarantine that no source has. */
export function fillQuarantine(storage: Storage, feed: Feed, howMany: number, at: Spread): Promise<void> {
  const rows = Array.from({ length: howMany }, (_, i) => {
    const key = `old ${i} ${randomBytes(4).toString('hex')}`;
    return recordToRow({
      id: quarantineId(feed, key, undefined),
      feed,
      runId: 'an-old-run',
      reason: 'the service answered 400: the course is unknown',
      status: 400,
      at: utc(at(i)),
      courseId: `course-${i % 500}`,
      raw: { key, email: `learner${i}@example.com`, course: `course-${i % 500}` },
    });
  });
  return fill(storage.table('quarantine'), rows);
}

/** Takes events in that were worked long ago, each with what was sent; `unlisted`: as an app that kept no lists did. */
export async function fillEvents(
  storage: Storage,
  source: string,
  howMany: number,
  at: Spread,
  {
    unlisted = false,
    state = () => 'applied',
  }: { unlisted?: boolean; state?: (i: number) => EventState } = {},
): Promise<void> {
  const rows = Array.from({ length: howMany }, (_, i) => {
    const event: WebhookEvent = {
      eventId: `${source}-${randomBytes(12).toString('hex')}`,
      source,
      type: 'course.updated',
      state: state(i),
      receivedAt: at(i),
      queuedAt: at(i),
      dueAt: at(i),
      attempts: 1,
      error: undefined,
      task: { type: 'course', kind: 'catalog', courseId: `course-${i % 500}` },
    };
    const bytes = Buffer.from(JSON.stringify({ eventType: 'course.updated', courseId: `course-${i % 500}` }));
    const keys = rowKeys(event);
    return [
      rawToRow(event, { bytes, typeHeader: undefined }, keys.raw),
      eventToRow(event, keys.event),
      ...(unlisted
        ? []
        : [eventToRow(event, statePrefix(event.state) + eventPlace(event.receivedAt, event))]),
    ];
  });
  await fill(storage.table('inbox'), rows.flat());
}

/** A run of a feed that ended. @param at milliseconds since 1970. */
export function oldRun(feed: Feed, at: number, state: RunState = 'succeeded'): Run {
  const startedAt = utc(at);
  return {
    runId: makeRunId(feed, startedAt, randomBytes(3).toString('hex')),
    ...feed,
    mode: 'incremental',
    trigger: 'timer',
    dryRun: false,
    state,
    request: {},
    startedAt,
    finishedAt: utc(at + 60_000),
    error: state === 'failed' ? 'The source answered 500' : undefined,
    counts: { ...noCounts, read: 412, sent: 9, unchanged: 403 },
    changes: undefined,
    window: undefined,
    planId: 'plan',
    planAttempts: 1,
    planDueAt: 0,
    createdAt: startedAt,
    slices: { total: slicesARun, done: slicesARun, failed: 0 },
    lastSlice: slicesARun,
    cancelRequested: false,
    notes: [],
  };
}

const slicesARun = 3;

/** Writes runs that ended, each with slices, as the app leaves them; `unlisted`: as one that kept no lists did. */
export async function fillRuns(storage: Storage, runs: readonly Run[], unlisted = false): Promise<void> {
  const table = storage.table('runs');
  await forEachOf(runs, 4, async (run) => {
    const { partitionKey, ...row } = runToRow(run);
    const slices = Array.from({ length: slicesARun }, (_, i) => ({ ...row, rowKey: `slice-plan-${i}` }));
    await writeTogether(
      table,
      [row, ...slices].map((one) => ({ type: 'put', row: { ...one, partitionKey } })),
    );
  });
  if (!unlisted) await fill(table, runs.flatMap(listedRows));
}
