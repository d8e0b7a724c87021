import type { WebhookEvent } from '../../src/lib/domain/event';
import type { Slice } from '../../src/lib/domain/run';
import { utc } from '../../src/lib/domain/time';
import { openGate } from '../../src/lib/http/gate-state';
import { createLogger } from '../../src/lib/log';
import { GateRow } from '../../src/lib/store/gate-row';
import { GivenIdTable } from '../../src/lib/store/given-ids';
import { LeaseStore } from '../../src/lib/store/leases';
import { ListedSince } from '../../src/lib/store/listed-since';
import { ReplyStore } from '../../src/lib/store/replies';
import { connectStorage, type Storage, type TableName } from '../../src/lib/store/storage';
import { startRun } from '../../src/lib/sync/run/start';
import { sweep } from '../../src/lib/sync/run/sweep';
import { type Bridge, startBridge } from '../setup/bridge';

/*
 * Rows that hold what this app never writes. Each costs itself, and the log names its table and keys; where leaving it
 * out could lose or double something, whoever needs it refuses with one sentence.
 */

let bridge: Bridge;
let storage: Storage;
const logged: Record<string, unknown>[] = [];
beforeAll(async () => {
  const log = createLogger({
    level: 'info',
    write: (line) => logged.push(JSON.parse(line) as Record<string, unknown>),
  });
  bridge = await startBridge({ overrides: { log } });
  const connectionString = bridge.env.AzureWebJobsStorage ?? '';
  storage = connectStorage({ type: 'connectionString', connectionString }, { log });
});
afterAll(() => bridge.stop());
beforeEach(() => logged.splice(0));

const garbage = 'ann@example.com {';
const route = { source: 'openedx', destination: 'ld' };
const feed = { ...route, kind: 'consumption' } as const;
const engine = () => bridge.app.engine;

/** Puts garbage into the first row of a table whose keys fit. */
async function spoil(table: TableName, keys: RegExp, columns: readonly string[]): Promise<void> {
  for await (const { partitionKey = '', rowKey = '' } of storage.table(table).listEntities()) {
    if (!keys.test(`${partitionKey}/${rowKey}`)) continue;
    const bad = Object.fromEntries(columns.map((column) => [column, garbage]));
    await storage.table(table).updateEntity({ partitionKey, rowKey, ...bad }, 'Merge');
    return;
  }
  throw new Error(`The table ${table} has no such row`);
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

/** A run of a source that only one case has. */
const started = (source: string) =>
  startRun(engine(), { source, kind: 'catalog', destination: 'ld' }, { trigger: 'cli', dryRun: true });

/** A run with two slices. */
async function planned(name: string) {
  const { runs } = engine();
  const { runId } = await startRun(engine(), feed, { trigger: 'cli', dryRun: true });
  const works = ['a', 'b'].map((id) => ({ type: 'course' as const, courseId: `${name}-${id}` }));
  await runs.stage(runId, 'plan', works);
  const change = { planId: 'plan', state: 'running', slices: { total: 2, done: 0, failed: 0 } } as const;
  return (await runs.update(runId, () => ({ ...change, lastSlice: 2 })))!;
}

const eventOf = (source: string, n: number): WebhookEvent => ({
  eventId: `${source}-${String(n).repeat(24)}`,
  source,
  type: 'course.updated',
  state: 'received',
  receivedAt: n,
  queuedAt: n,
  dueAt: n,
  attempts: 0,
  error: undefined,
  task: { type: 'course', kind: 'catalog', courseId: `course-${n}` },
});

async function twoEvents(source: string): Promise<void> {
  for (const n of [1, 2])
    await engine().inbox.add(eventOf(source, n), { bytes: Buffer.from(`${n}`), typeHeader: undefined });
}

const record = (n: number) => ({
  id: `openedx-consumption-${String(n).repeat(16)}`,
  feed,
  runId: 'r',
  reason: 'no address',
  status: undefined,
  at: utc(n),
  courseId: undefined,
  raw: { n },
});

const batch = {
  batchId: 'batch-1',
  action: 'enrol',
  createdAt: 7,
  rows: [1, 2].map((row) => ({ row, source: 'openedx', asked: '{}' })),
} as const;

interface Case {
  readonly name: string;
  readonly table: TableName;
  readonly keys: RegExp;
  readonly columns: readonly string[];
  put(): Promise<unknown>;
  look(): Promise<unknown>;
  /** What is seen all the same. */
  readonly sees: unknown;
}

let mine: Slice['runId'];

const skipped: readonly Case[] = [
  {
    name: 'a run is left out of the list',
    table: 'runs',
    keys: /listb.*\/run$/,
    columns: ['request'],
    put: async () => {
      for (const source of ['lista', 'listb']) await started(source);
    },
    look: async () => (await all(engine().runs.list({ kind: 'catalog' }))).map(({ source }) => source),
    sees: ['lista'],
  },
  {
    name: 'a slice is left out of its plan',
    table: 'runs',
    keys: /slice-plan-0000001/,
    columns: ['work'],
    put: async () => (mine = (await planned('slices')).runId),
    look: async () => {
      const run = (await engine().runs.read(mine))!;
      return (await all(engine().runs.slices(run, 'pending'))).map(({ number }) => number);
    },
    sees: [2],
  },
  {
    name: 'a feed is left out of the list',
    table: 'feeds',
    keys: /^feeda-/,
    columns: ['watermark'],
    put: async () => {
      for (const source of ['feeda', 'feedb'])
        await engine().feeds.update({ ...feed, source }, () => ({ watermark: utc(0) }));
    },
    look: async () =>
      (await engine().feeds.list())
        .map((one) => one.feed.source)
        .filter((source) => source.startsWith('feed')),
    sees: ['feedb'],
  },
  {
    name: "a run's marker is left out",
    table: 'feeds',
    keys: /^mark-.*open-one/,
    columns: ['kind'],
    put: async () => {
      for (const runId of ['one', 'two']) await engine().feeds.markOpen({ ...feed, source: 'mark' }, runId);
    },
    look: async () => (await engine().feeds.listOpen({ ...feed, source: 'mark' })).map(({ runId }) => runId),
    sees: ['two'],
  },
  {
    name: 'an event in line is passed over',
    table: 'inbox',
    keys: /^line\/line-.*1{24}$/,
    columns: ['task'],
    put: () => twoEvents('line'),
    look: async () => (await all(engine().inbox.waiting('line'))).map(({ receivedAt }) => receivedAt),
    sees: [2],
  },
  {
    name: 'an event is left out of the list',
    table: 'inbox',
    keys: /^listed\/event-.*1{24}$/,
    columns: ['state'],
    put: () => twoEvents('listed'),
    look: async () => (await all(engine().inbox.list('listed'))).map(({ event }) => event.receivedAt),
    sees: [2],
  },
  {
    name: 'a call that came is left out',
    table: 'inbox',
    keys: /^came\/raw-1{24}$/,
    columns: ['body0'],
    put: () => twoEvents('came'),
    look: async () => (await all(engine().inbox.arrivals('came'))).map(({ receivedAt }) => receivedAt),
    sees: [2],
  },
  {
    name: 'a note of a withdrawn course counts for none',
    table: 'inbox',
    keys: /^noted\/deletion-/,
    columns: ['at'],
    put: () => engine().inbox.deletions.note('noted', 'course-1', 5),
    look: () => engine().inbox.deletions.since('noted', 0),
    sees: [],
  },
  {
    name: 'a quarantined record is left out of the list',
    table: 'quarantine',
    keys: /1{16}$/,
    columns: ['at'],
    put: async () => {
      for (const n of [1, 2]) await engine().quarantine.put(record(n));
    },
    look: async () => (await all(engine().quarantine.list())).map(({ at }) => at),
    sees: [utc(2)],
  },
  {
    name: 'a quarantined record whose row is damaged is left out of a replay',
    table: 'quarantine',
    keys: /3{16}$/,
    columns: ['raw0'],
    put: () => engine().quarantine.put(record(3)),
    look: async () => (await all(engine().quarantine.records())).map(({ raw }) => raw),
    sees: [{ n: 2 }],
  },
  {
    name: 'a row of a batch of enrolments has failed',
    table: 'enrolments',
    keys: /^batch-1\/row-0+1$/,
    columns: ['dueAt'],
    put: () => engine().enrolments.create(batch),
    look: async () => [
      (await all(engine().enrolments.rows('batch-1', { state: 'pending' }))).map(({ row }) => row),
      await engine().enrolments.count('batch-1'),
    ],
    sees: [[2], { done: 0, failed: 1, pending: 1 }],
  },
  {
    name: 'a batch whose entry is damaged is as old as its row',
    table: 'enrolments',
    keys: /^index\/batch-1$/,
    columns: ['createdAt'],
    put: () => Promise.resolve(),
    look: async () =>
      (await engine().enrolments.newest()).map(({ batchId, since }) => [
        batchId,
        Date.now() - since < 60_000,
      ]),
    sees: [['batch-1', true]],
  },
  {
    name: 'a gate is left out of the pauses',
    table: 'leases',
    keys: /^gate\/gatea$/,
    columns: ['state'],
    put: async () => {
      for (const name of ['gatea', 'gateb'])
        await new GateRow(storage, name).write({ ...openGate, pausedUntil: 5_000 }, undefined);
    },
    look: async () => (await engine().pauses.list(0)).map(({ system }) => system),
    sees: ['gateb'],
  },
  {
    name: 'behind a gate that cannot be read one call goes first, alone',
    table: 'leases',
    keys: /^gate\/gatec$/,
    columns: ['state'],
    put: () => new GateRow(storage, 'gatec').write(openGate, undefined),
    look: async () => (await new GateRow(storage, 'gatec').read()).state,
    sees: { ...openGate, strikes: 1 },
  },
  {
    name: 'a lease is held for ten minutes, and no longer',
    table: 'leases',
    keys: /^lease\/damaged$/,
    columns: ['until'],
    put: () => engine().leases.acquire('damaged'),
    look: () =>
      Promise.all(
        [0, 11 * 60_000].map((ahead) =>
          new LeaseStore(storage, { now: () => Date.now() + ahead }).isHeld('damaged'),
        ),
      ),
    sees: [true, false],
  },
  {
    name: 'an answer by Idempotency-Key keeps its key for a day',
    table: 'leases',
    keys: /^reply\//,
    columns: ['until'],
    put: () => new ReplyStore(storage).claim('key', 'request'),
    look: async () => {
      const claims = [0, 25 * 3600_000].map((ahead) =>
        new ReplyStore(storage, () => Date.now() + ahead).claim('key', 'request'),
      );
      return [(await claims[0])?.type, (await claims[1])?.type];
    },
    sees: ['underway', 'new'],
  },
  {
    name: 'without a beginning of lists, all rows are looked through',
    table: 'leases',
    keys: /^since\/lists$/,
    columns: ['at'],
    put: () => new ListedSince(storage).begin(),
    look: () => new ListedSince(storage).read(),
    sees: Infinity,
  },
  {
    name: 'a given id is looked up again',
    table: 'givenids',
    keys: /^sink\//,
    columns: ['v'],
    put: () => new GivenIdTable(storage, 'sink').write(new Map([['course', 'id-1']])),
    look: async () => [...(await new GivenIdTable(storage, 'sink').read(['course']))],
    sees: [],
  },
  {
    name: 'a course of the catalog ledger is in doubt',
    table: 'ledgercatalog',
    keys: /^ledger\//,
    columns: ['deleted', 'courseId'],
    put: () =>
      engine().catalogLedger.write({ ...route, source: 'ledger' }, [
        {
          entry: { courseId: 'c:1', key: 'k', hash: 'h', deleted: false, doubt: false },
          json: '{}',
          etag: undefined,
        },
      ]),
    look: async () => [...(await engine().catalogLedger.load({ ...route, source: 'ledger' })).values()],
    sees: [expect.objectContaining({ courseId: 'c:1', doubt: true, deleted: false })],
  },
  {
    name: 'the learners of a course are in doubt',
    table: 'ledgerlearners',
    keys: /^learners-.*\/head$/,
    columns: ['doubt'],
    put: async () => {
      const { learnerLedger } = engine();
      const ledger = { ...route, source: 'learners' };
      const etag = await learnerLedger.markDoubt(ledger, 'c', undefined);
      await learnerLedger.save(ledger, 'c', new Map([['0'.repeat(16), '1'.repeat(16)]]), etag);
    },
    look: () => engine().learnerLedger.load({ ...route, source: 'learners' }, 'c'),
    sees: expect.objectContaining({ doubt: true, records: new Map([['0'.repeat(16), '1'.repeat(16)]]) }),
  },
];

test.each(skipped)('$name', async ({ table, keys, columns, put, look, sees }) => {
  await put();
  await spoil(table, keys, columns);
  logged.splice(0);
  expect(await look()).toEqual(sees);
  const told = logged.filter(({ message }) => message === 'row skipped: it cannot be read');
  expect(told.length).toBeGreaterThan(0);
  for (const line of told) {
    expect(line).toMatchObject({ level: 'error', table });
    expect(`${String(line.partitionKey)}/${String(line.rowKey)}`).toMatch(keys);
    expect(JSON.stringify(line)).not.toContain('ann@');
  }
});

type Refusal = Omit<Case, 'sees'> & { readonly says: string };

const refused: readonly Refusal[] = [
  {
    name: 'a run is not worked',
    table: 'runs',
    keys: /refused.*\/run$/,
    columns: ['counts', 'state'],
    put: async () => (mine = (await started('refused')).runId),
    look: () => engine().runs.read(mine),
    says: 'cannot be read: state must be waiting or running or',
  },
  {
    name: 'a feed does not start from its beginning',
    table: 'feeds',
    keys: /^refused-consumption\/feed/,
    columns: ['watermark'],
    put: () => engine().feeds.update({ ...feed, source: 'refused' }, () => ({ watermark: utc(0) })),
    look: () => engine().feeds.update({ ...feed, source: 'refused' }, () => ({ activeRun: 'r' })),
    says: 'The state of the feed refused-consumption cannot be read: watermark must be a time in UTC such as 2026-01-31T08:00:00Z; repair or delete the row feed of the partition refused-consumption',
  },
  {
    name: 'a plan does not go on without what it had found',
    table: 'runs',
    keys: /\/found-/,
    columns: ['kept0'],
    put: async () => {
      const { runId } = await startRun(engine(), feed, { trigger: 'cli', dryRun: true });
      mine = runId;
      await engine().runs.paused.plan((await engine().runs.read(runId))!, 'page-2', ['c']);
    },
    look: async () => engine().runs.paused.readFound((await engine().runs.read(mine))!),
    says: 'What a pause kept cannot be read: kept is not whole',
  },
  {
    name: 'no second webhook is set up',
    table: 'inbox',
    keys: /^hooked\/hook-/,
    columns: ['before'],
    put: () => engine().registrations.put('hooked', { event: 'grade', id: '1', urlHash: 'h', before: [] }),
    look: () => engine().registrations.of('hooked'),
    says: 'The webhook of grade cannot be read: before is no JSON',
  },
];

test.each(refused)('$name', async ({ table, keys, columns, put, look, says }) => {
  await put();
  await spoil(table, keys, columns);
  const error = await look().then(
    () => new Error('It was read'),
    (thrown: Error) => thrown,
  );
  expect(error.message).toContain(says);
  expect(error.message).not.toContain('ann@');
});

test('a row that cannot be read is told of once an hour', async () => {
  for (let look = 0; look < 3; look++) await engine().feeds.list();
  const told = logged.filter(({ partitionKey }) => partitionKey === 'refused-consumption');
  expect(told.length).toBeLessThan(2);
});

test('what an earlier version of the app wrote has the defaults of what came later', async () => {
  const { runId } = await planned('older');
  const run = (await engine().runs.read(runId))!;
  const runs = storage.table('runs');
  for await (const row of runs.listEntities()) {
    if (row.runId !== runId && !row.rowKey?.startsWith('slice-plan-')) continue;
    const { destination: _, pauses: __, notes, ...rest } = row;
    const older = row.rowKey === 'run' ? { ...rest, notes } : rest;
    await runs.updateEntity(older as { partitionKey: string; rowKey: string }, 'Replace');
  }
  expect(await engine().runs.read(runId)).toMatchObject({ destination: 'ld' });
  expect(await engine().runs.readSlice(run, 1)).toMatchObject({ pauses: 0, notes: [] });
});

test('a run whose slice cannot be read ends once nothing else is pending, and says why', async () => {
  const run = await planned('ends');
  const { runs } = engine();
  const slice = (await runs.readSlice(run, 2))!;
  await runs.endSlice(run.runId, slice, { state: 'failed', error: 'it was told to' });
  const table = storage.table('runs');
  for await (const { partitionKey = '', rowKey = '', ...row } of table.listEntities())
    if (row.number === 1 && row.state === 'pending' && String(row.work).includes('ends-a'))
      await table.updateEntity({ partitionKey, rowKey, work: garbage }, 'Merge');
  await sweep(engine()).catch(() => undefined);
  expect(await runs.read(run.runId)).toMatchObject({
    state: 'failed',
    error:
      '1 of 2 slices cannot be read from the table runs (see the log), so they cannot be worked; sync again',
  });
});
