import { startRun } from '../../src/lib/sync/run/start';
import type { RunView } from '../../src/lib/api/run-view';
import { startBridge, type Bridge } from '../setup/bridge';
import { startStorageProxy } from '../setup/storage-proxy';
import { take, workQueue } from '../webhooks/hooks';
import { run } from './terminal';

let bridge: Bridge;
beforeAll(async () => {
  const khalibre = { courses: 5, learners: 10, webhook: undefined };
  bridge = await startBridge({ sandbox: { khalibre } });
});
afterAll(() => bridge.stop());

const consumption = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
const json = async <T>(args: string): Promise<T> => {
  const { code, stdout, stderr } = await run(`${args} --json`, bridge.env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
};

test('nothing is told in a sentence, and as an empty list to scripts', async () => {
  const said = async (args: string): Promise<string> => (await run(args, bridge.env)).stdout;
  expect(await said('runs')).toBe('There are no such runs.\n');
  expect(await said('watermarks')).toContain('There are no watermarks yet');
  expect(await said('quarantine')).toBe('Nothing is in quarantine.\n');
  expect(await said('events')).toBe('There are no such events.\n');
  expect(await said('replay quarantine')).toBe('There is nothing to replay.\n');
  expect(await said('replay events')).toBe('There is nothing to replay.\n');
  expect(await json('runs')).toEqual({ runs: [] });
  expect(await json('watermarks')).toEqual({ watermarks: [] });
});

describe('after some syncs', () => {
  let runId: string;
  beforeAll(async () => {
    await bridge.sync('catalog');
    ({ runId } = await bridge.sync('consumption'));
  });

  test('runs are listed newest first, by source, kind and state, and no more than asked for', async () => {
    const { runs } = await json<{ runs: RunView[] }>('runs');
    expect(runs.map(({ kind }) => kind).sort()).toEqual(['catalog', 'consumption']);
    expect((await json<{ runs: RunView[] }>('runs --limit 1')).runs).toHaveLength(1);
    expect((await json<{ runs: RunView[] }>('runs --kind catalog')).runs).toMatchObject([
      { kind: 'catalog' },
    ]);
    expect((await json<{ runs: RunView[] }>('runs --state failed')).runs).toEqual([]);
    const { stdout } = await run('runs --source openedx', bridge.env);
    expect(stdout.split('\n')[0]).toMatch(
      /^started +took +source +kind +state +read +sent +quarantined +run +error$/,
    );
    expect(stdout).toContain(runId);
  });

  test('one run is shown with its counts', async () => {
    const { code, stdout } = await run(`run ${runId}`, bridge.env);
    expect(stdout).toMatch(/openedx consumption: succeeded in .*300 read/);
    expect(stdout).toMatch(/slices +1: 1 done, 0 failed/);
    expect(code).toBe(0);
    expect(await json(`run ${runId}`)).toMatchObject({ runId, state: 'succeeded' });
  });

  test.each(['run', 'cancel'])('%s of a run that is not there is refused in a sentence', async (command) => {
    const { code, stderr } = await run(`${command} openedx-catalog-x`, bridge.env);
    expect(stderr).toBe('There is no run openedx-catalog-x; lms-bridge runs lists them\n');
    expect(code).toBe(1);
  });

  test('the watermark is listed with how far it is behind', async () => {
    const { watermark } = await bridge.app.engine.feeds.read(consumption);
    expect(await json('watermarks')).toMatchObject({ watermarks: [{ ...consumption, value: watermark }] });
    expect((await run('watermarks', bridge.env)).stdout).toContain(watermark);
  });

  test('a run that nobody works is cancelled at once; one that ended is left alone', async () => {
    const started = await startRun(bridge.app.engine, consumption, { trigger: 'cli' });
    const first = await run(`cancel ${started.runId}`, bridge.env);
    expect(first.stdout).toBe(`The run ${started.runId} is cancelled.\n`);
    expect((await bridge.app.engine.runs.read(started.runId))?.state).toBe('cancelled');
    const again = await run(`cancel ${runId}`, bridge.env);
    expect(again.stdout).toBe(`The run ${runId} had ended before: succeeded.\n`);
  });
});

test('what is in quarantine is listed without naming anybody, and delivered once its reason is gone', async () => {
  const address = 'refused.by.sink@example.com';
  const { poisoned } = bridge.sandbox.ldServices.state;
  poisoned.add(address);
  const { id: courseId } = [...bridge.sandbox.openEdx.state.courses.values()][0]!;
  bridge.sandbox.openEdx.state.grade({
    email: address,
    courseId,
    percent: 0.5,
    modified: Date.now() - 2_000,
  });
  expect(await bridge.sync('consumption', { mode: 'full' })).toMatchObject({ state: 'partial' });
  const listed = await run('quarantine --source openedx --kind consumption', bridge.env);
  expect(listed.stdout).toContain(courseId);
  expect(listed.stdout).not.toContain(address);
  const { records } = await json<{ records: { id: string }[] }>('quarantine');
  expect(records).toHaveLength(1);
  const id = records[0]!.id;

  const still = await run(`replay quarantine ${id}`, bridge.env);
  expect(still.stdout).toContain('openedx consumption: partial');
  expect(still.code).toBe(2);
  poisoned.delete(address);
  const { code, stdout } = await run('replay quarantine --json', bridge.env);
  expect(JSON.parse(stdout)).toMatchObject({ replayed: 1, runs: [{ state: 'succeeded', trigger: 'cli' }] });
  expect(code).toBe(0);
  expect(await json('quarantine')).toEqual({ records: [] });
});

test('events are listed, and those that were ignored are put in line again', async () => {
  const eventId = await take(bridge.app, { type: 'something.unheard.of' });
  await workQueue(bridge.app);
  const { stdout } = await run('events --source khalibre', bridge.env);
  expect(stdout).toContain(eventId);
  expect(await json('events --state dead')).toEqual({ events: [] });
  const { events } = await json<{ events: { state: string }[] }>('events');
  expect(events).toMatchObject([{ eventId, state: 'ignored', type: 'something.unheard.of' }]);
  const replayed = await run(`replay events ${eventId}`, bridge.env);
  expect(replayed.stdout).toBe('1 event put in line; the running app works them.\n');
  expect((await bridge.app.engine.inbox.read(eventId))?.state).toBe('received');
});

test.each(['runs', 'watermarks', 'quarantine', 'events', 'replay events', 'run x'])(
  '%s says in one sentence that storage is in trouble',
  async (args) => {
    const storage = await startStorageProxy(bridge.env.AzureWebJobsStorage ?? '');
    storage.mood = { type: 'refuses', status: 403 };
    const env = { ...bridge.env, AzureWebJobsStorage: storage.connectionString };
    const { code, stdout, stderr } = await run(args, env);
    await storage.stop();
    expect(stderr).toMatch(/^The storage account refuses this app; [^\n]*\n$/);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  },
);
