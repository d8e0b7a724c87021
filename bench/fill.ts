import { randomBytes } from 'node:crypto';
import type { Feed } from '../src/lib/domain/feed';
import { utc } from '../src/lib/domain/time';
import { forEachOf } from '../src/lib/for-each-of';
import { groupsOf } from '../src/lib/store/purging';
import { quarantineId, recordToRow } from '../src/lib/store/quarantine-rows';
import type { Row } from '../src/lib/store/rows';
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
