import { shortHash } from '../../src/lib/store/keys';
import type { Post } from '../../sandbox/ld-services/state';
import type { WireRecord } from '../../sandbox/ld-services/records';
import type { World } from './world';

const stripped = (courseId: string): string => courseId.replace(/^course-v1:/, '');
const never = new AbortController().signal;

/** One record as the source has it now, and what the ledger will say of it. */
interface Expected {
  readonly sinkKey: string;
  readonly courseId: string;
  readonly ledgerKey: string;
  readonly hash: string;
  /** The field that tells the old value from the new, and its new value. */
  readonly field: 'Name' | 'ConsumptionStatus';
  readonly value: string;
  readonly modified: number;
}

/** All records as the source has them now. */
export async function expectedOf(world: World): Promise<Expected[]> {
  const { app, sandbox } = world.bridge;
  const { source, settings } = app.engine.openSource('openedx');
  const to = {
    source: 'openedx',
    sourceSystemId: settings.sourceSystemId,
    baseUrl: settings.baseUrl,
    createdAt: '2000-01-01T00:00:00Z' as never,
  };
  const expected: Expected[] = [];
  if (world.form === 'catalog') {
    let cursor: string | undefined;
    do {
      const page = await source.catalog!.page(cursor, { signal: never });
      for (const row of page.rows) {
        if (!row.ok) throw new Error(row.reason);
        const encoded = app.engine.openDestination('ld').encodeCourse(row.record, to);
        if (!encoded.ok) throw new Error(encoded.skipped);
        const { id, name } = row.record;
        expected.push({
          sinkKey: `16|${stripped(id)}`,
          courseId: id,
          ledgerKey: id,
          hash: encoded.hash,
          field: 'Name',
          value: name,
          modified: 0,
        });
      }
      cursor = page.next;
    } while (cursor !== undefined);
    return expected;
  }
  const hashes = new Map<string, string>();
  if (source.consumption?.type === 'scanned')
    for (const courseId of sandbox.openEdx.state.courses.keys()) {
      let cursor: string | undefined;
      do {
        const page = await source.consumption.page(courseId, cursor, { signal: never });
        for (const row of page.rows) {
          if (!row.ok) throw new Error(row.reason);
          const encoded = app.engine.openDestination('ld').encodeProgress(row.record, to);
          if (encoded.ok) hashes.set(encoded.key, encoded.hash);
        }
        cursor = page.next;
      } while (cursor !== undefined);
    }
  for (const { learner, courseId, passed, modified } of sandbox.openEdx.state.grades) {
    const key = `${learner.email}\t${stripped(courseId)}`;
    expected.push({
      sinkKey: `${learner.email}|${stripped(courseId)}|16`,
      courseId,
      ledgerKey: shortHash(key),
      hash: hashes.get(key) ?? '',
      field: 'ConsumptionStatus',
      value: passed ? 'Passed' : 'InProgress',
      modified,
    });
  }
  return expected;
}

function arrived({ bridge, feed }: World, { sinkKey, field, value }: Expected): boolean {
  return bridge.sandbox.ldServices.state[feed.kind].get(sinkKey)?.record[field] === value;
}

/** Every record is at the sink with the source's value. */
export async function expectAllArrived(world: World): Promise<void> {
  const expected = await expectedOf(world);
  expect(expected.length).toBeGreaterThanOrEqual(world.size);
  expect(expected.filter((one) => !arrived(world, one)).map(({ sinkKey }) => sinkKey)).toEqual([]);
}

/** What the app says it delivered and did not. Asked of the tables first, of the sink afterwards. */
export async function lies(world: World, expected: readonly Expected[]): Promise<string[]> {
  const { engine } = world.bridge.app;
  const claimed: Expected[] = [];
  const { watermark } = await engine.feeds.read(world.feed);
  if (watermark !== undefined) {
    const until = Date.parse(watermark);
    claimed.push(...expected.filter(({ modified }) => modified < until));
  }
  if (world.form === 'catalog') {
    const ledger = await engine.catalogLedger.load(world.feed);
    for (const one of expected) {
      const entry = ledger.get(one.courseId);
      if (entry?.hash === one.hash && !entry.doubt && !entry.deleted) claimed.push(one);
    }
  } else if (world.form === 'scanned')
    for (const courseId of new Set(expected.map((one) => one.courseId))) {
      const { records, doubt } = await engine.learnerLedger.load(world.feed, courseId);
      if (doubt) continue;
      for (const one of expected)
        if (one.courseId === courseId && records.get(one.ledgerKey) === one.hash) claimed.push(one);
    }
  return claimed
    .filter((one) => !arrived(world, one))
    .map(({ sinkKey }) => `${sinkKey} is claimed and not there`);
}

/** Looks again and again, while work goes on, whether ledger or watermark are ahead of the sink. */
export async function watch(world: World): Promise<{ end(): Promise<{ looks: number; lies: string[] }> }> {
  const expected = await expectedOf(world);
  let going = true;
  let looks = 0;
  const found = new Set<string>();
  const loop = (async () => {
    while (going) {
      for (const lie of await lies(world, expected)) found.add(lie);
      looks++;
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
  })();
  return {
    async end() {
      going = false;
      await loop;
      return { looks, lies: [...found] };
    },
  };
}

/**
 * Within one run, the same batch has the same Idempotency-Key and the same key never stands for other bytes; and a
 * record that goes out again is the same, byte for byte.
 */
export function expectRepeatsAlike(posts: readonly Post[]): void {
  const shaOf = new Map<string, Set<string>>();
  const keyOf = new Map<string, Set<string>>();
  const formsOf = new Map<string, Set<string>>();
  const put = (map: Map<string, Set<string>>, key: string, value: string): void =>
    void map.set(key, (map.get(key) ?? new Set()).add(value));
  for (const post of posts) {
    put(shaOf, post.idempotencyKey ?? 'none', post.sha256);
    put(keyOf, post.sha256, post.idempotencyKey ?? 'none');
    for (const record of post.body ?? []) put(formsOf, identity(record), JSON.stringify(record));
  }
  expect([...shaOf.keys()]).not.toContain('none');
  for (const [name, map] of Object.entries({ shaOf, keyOf, formsOf }))
    expect([name, [...map].filter(([, values]) => values.size > 1)]).toEqual([name, []]);
}

const identity = (record: WireRecord): string => `${String(record.UserAlias)}|${String(record.ExternalId)}`;

/** How many records went out more than once. A scan of many courses may cut its batches otherwise the second time. */
export function repeated(posts: readonly Post[]): number {
  const records = posts.flatMap(({ body = [] }) => body.map((record) => JSON.stringify(record)));
  return records.length - new Set(records).size;
}
