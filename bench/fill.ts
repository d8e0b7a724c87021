import { randomBytes } from 'node:crypto';
import type { Feed } from '../src/lib/domain/feed';
import { noCounts, type Run, type RunState } from '../src/lib/domain/run';
import { utc } from '../src/lib/domain/time';
import { forEachOf } from '../src/lib/for-each-of';
import { groupsOf } from '../src/lib/store/purging';
import { quarantineId, recordToRow } from '../src/lib/store/quarantine-rows';
import type { Row } from '../src/lib/store/rows';
import { makeRunId, runToRow } from '../src/lib/store/run-rows';
import { RunStore } from '../src/lib/store/runs';
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
  const store = new RunStore(storage);
  await forEachOf(runs, 4, async (run) => {
    const { partitionKey, ...row } = runToRow(run);
    const slices = Array.from({ length: slicesARun }, (_, i) => ({ ...row, rowKey: `slice-plan-${i}` }));
    if (!unlisted) await store.noteEnd(run);
    await writeTogether(
      storage.table('runs'),
      [row, ...slices].map((one) => ({ type: 'put', row: { ...one, partitionKey } })),
    );
  });
}
