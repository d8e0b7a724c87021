import { replayQuarantine } from '../../src/lib/api/quarantine';
import type { Run } from '../../src/lib/domain/run';
import { utc } from '../../src/lib/domain/time';
import { type QuarantineEntry, quarantineId } from '../../src/lib/store/quarantine-rows';
import { workRun } from '../../src/lib/sync/run/work-run';
import { type Bridge, startBridge } from '../setup/bridge';

let bridge: Bridge;
afterEach(() => bridge.stop());

async function quarantined(): Promise<QuarantineEntry[]> {
  const records: QuarantineEntry[] = [];
  for await (const record of bridge.app.engine.quarantine.list()) records.push(record);
  return records;
}

async function replayAll(): Promise<Run[]> {
  const answer = await replayQuarantine(bridge.app, {}, 'http://localhost/api');
  const { runs } = JSON.parse(answer.body ?? '') as { runs: { runId: string }[] };
  const stop = new AbortController().signal;
  const ended: Run[] = [];
  for (const { runId } of runs) ended.push(await workRun(bridge.app.engine, runId, stop));
  return ended;
}

/** 1,000 results: one with no course, one that cannot be mapped, one that the sink refuses. */
async function startWithThreeBad(): Promise<{ refused: string }> {
  bridge = await startBridge({ sandbox: { openEdx: { courses: 20, learners: 200, grades: 997 } } });
  const edx = bridge.sandbox.openEdx.state;
  const modified = Date.parse('2020-01-01T00:00:00Z');
  edx.grade({ email: 'no.course@example.com', courseId: null as never, modified });
  edx.grade({
    email: 'no.mapping@example.com',
    courseId: 'course-v1:X+Y+Z',
    percent: 45,
    modified,
  });
  const refused = 'refused.by.sink@example.com';
  edx.grade({ email: refused, courseId: 'course-v1:X+Y+Z', percent: 0.5, modified });
  bridge.sandbox.ldServices.state.poisoned.add(refused);
  return { refused };
}

test('one bad record costs one record: the rest arrive, and each bad one is kept with its reason', async () => {
  await startWithThreeBad();
  const run = await bridge.sync('consumption');
  expect(run).toMatchObject({
    state: 'partial',
    counts: { read: 1000, sent: 997, quarantined: 3, skipped: 0 },
  });
  expect(bridge.sandbox.ldServices.state.consumption.size).toBe(997);
  const records = await quarantined();
  expect(records).toHaveLength(3);
  expect(records.map(({ status }) => status).sort()).toEqual([400, undefined, undefined]);
  for (const { reason, runId } of records) {
    expect(reason).not.toMatch(/example\.com/);
    expect(runId).toBe(run.runId);
  }
});

test('a replay after the repair empties the quarantine; what still fails stays', async () => {
  const { refused } = await startWithThreeBad();
  await bridge.sync('consumption');
  bridge.sandbox.ldServices.state.poisoned.clear();
  await replayAll();
  expect((await quarantined()).map(({ status }) => status)).toEqual([undefined, undefined]);
  const arrived = [...bridge.sandbox.ldServices.state.consumption.values()].map(
    ({ record }) => record.UserAlias,
  );
  expect(arrived).toContain(refused);
});

test('a record that was delivered meanwhile is out of quarantine, and is not set back', async () => {
  const { refused } = await startWithThreeBad();
  await bridge.sync('consumption');
  bridge.sandbox.ldServices.state.poisoned.clear();
  const courseId = 'course-v1:X+Y+Z';
  bridge.sandbox.openEdx.state.grade({ email: refused, courseId, percent: 1, modified: Date.now() - 1_000 });
  await bridge.sync('consumption', { mode: 'full' });
  expect(await quarantined()).toHaveLength(2);
  const status = () =>
    bridge.sandbox.ldServices.state.consumption.get(`${refused}|X+Y+Z|16`)?.record.ConsumptionStatus;
  expect(status()).toBe('Passed');
  await replayAll();
  expect(status()).toBe('Passed');
});

test('more than one in twenty, and at least twenty, fails the run: the format has changed', async () => {
  bridge = await startBridge();
  for (const { learner } of [...bridge.sandbox.openEdx.state.grades].slice(0, 60))
    bridge.sandbox.ldServices.state.poisoned.add(learner.email);
  const run = await bridge.sync('consumption');
  expect(run.state).toBe('failed');
  expect(run.error).toMatch(/refused/);
  const { read, sent, unchanged, skipped, quarantined: bad } = run.counts;
  expect(read).toBe(sent + unchanged + skipped + bad);
  const feed = { source: 'openedx', kind: 'consumption' as const, destination: 'ld' };
  expect((await bridge.app.engine.feeds.read(feed)).watermark).toBe('2012-01-01T00:00:00Z');
});

test('a record that is well again and unchanged leaves the quarantine', async () => {
  bridge = await startBridge();
  const { runId } = await bridge.sync('catalog');
  const [key = ''] = bridge.sandbox.openEdx.state.courses.keys();
  const feed = { source: 'openedx', kind: 'catalog', destination: 'ld' } as const;
  const bad = { feed, runId, reason: 'The row was odd for a day', status: undefined, courseId: key, raw: {} };
  const { quarantine, now } = bridge.app.engine;
  await quarantine.put({ ...bad, id: quarantineId(feed, key, {}), at: utc(now()) });
  expect(await quarantined()).toHaveLength(1);
  expect(await bridge.sync('catalog')).toMatchObject({ counts: { sent: 0, unchanged: 12 } });
  expect(await quarantined()).toHaveLength(0);
});

test('a replay does what it can when the row of one of its records is damaged', async () => {
  bridge = await startBridge();
  const { ldServices, openEdx } = bridge.sandbox;
  for (const { learner } of openEdx.state.grades.slice(0, 4)) ldServices.state.poisoned.add(learner.email);
  await bridge.sync('consumption');
  const [first, ...others] = await quarantined();
  expect(others.length).toBeGreaterThan(0);
  const [rowKey = ''] = first!.id.split('-').slice(-1);
  const raw = { raw0: new Uint8Array([1]), rawLength: 1 };
  const table = bridge.app.storage.table('quarantine');
  await table.updateEntity({ partitionKey: 'openedx-consumption', rowKey, ...raw }, 'Merge');
  ldServices.state.poisoned.clear();
  expect(await replayAll()).toMatchObject([
    {
      state: 'succeeded',
      counts: { read: others.length, sent: others.length },
      notes: [{ text: expect.stringMatching(/cannot be read/), rows: 1 }],
    },
  ]);
  expect((await quarantined()).map(({ id }) => id)).toEqual([first!.id]);
});
