import type { Explanation } from '../../src/lib/explain/explanation';
import type { RunView } from '../../src/lib/api/run-view';
import { type Bridge, startBridge } from '../setup/bridge';
import { run } from './terminal';

// Two destinations: the L&D services, and a webhook's receiver that verifies what it gets.
let bridge: Bridge;
beforeEach(async () => {
  bridge = await startBridge({ sandbox: { webhookReceiver: {} } });
});
afterEach(() => bridge.stop());

const ld = () => bridge.sandbox.ldServices;
const webhook = () => bridge.sandbox.webhookReceiver!;
const json = async <T>(args: string, code = 0): Promise<T> => {
  const ran = await run(`${args} --json`, bridge.env);
  expect([args, ran.code]).toEqual([args, code]);
  return JSON.parse(ran.stdout) as T;
};
interface Runs {
  readonly runs: readonly RunView[];
}
const ended = ({ runs }: Runs): string[] =>
  runs.map(({ kind, destination, state }) => `${kind} ${destination} ${state}`).sort();

test('sync, runs and watermarks are about one destination, or all', async () => {
  expect(ended(await json('sync consumption --destination webhook'))).toEqual([
    'consumption webhook succeeded',
  ]);
  expect(ld().state.posts).toEqual([]);
  expect(webhook().state.progress.size).toBeGreaterThan(100);
  const { stdout } = await run('sync consumption', bridge.env);
  expect(stdout).toMatch(/openedx consumption: succeeded/);
  expect(stdout).toMatch(/openedx consumption to webhook: succeeded/);
  expect(ended(await json('runs --destination webhook'))).toEqual([
    'consumption webhook succeeded',
    'consumption webhook succeeded',
  ]);
  expect(ended(await json('runs --destination ld'))).toEqual(['consumption ld succeeded']);
  const listed = async (flags: string): Promise<unknown> =>
    (await json<{ watermarks: { destination: string }[] }>(`watermarks ${flags}`)).watermarks
      .map(({ destination }) => destination)
      .sort();
  expect(await listed('')).toEqual(['ld', 'webhook']);
  expect(await listed('--destination webhook')).toEqual(['webhook']);
  expect(await listed('--source openedx --destination ld')).toEqual(['ld']);
});

test('a watermark is set for one destination, and the other keeps its own', async () => {
  await run('sync consumption', bridge.env);
  const before = await bridge.app.engine.feeds.read({
    source: 'openedx',
    kind: 'consumption',
    destination: 'ld',
  });
  const set = 'watermark set --source openedx --destination webhook 2026-01-31T00:00:00Z';
  const { code, stdout } = await run(`${set} --yes`, bridge.env);
  expect([code, stdout]).toEqual([
    0,
    expect.stringContaining('The watermark of openedx to webhook goes back'),
  ]);
  const { watermarks } = await json<{ watermarks: object[] }>('watermarks');
  expect(watermarks).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ destination: 'webhook', value: '2026-01-31T00:00:00Z' }),
      expect.objectContaining({ destination: 'ld', value: before.watermark }),
    ]),
  );
});

test('the quarantine of one is listed, explained and tried again there alone', async () => {
  const [courseId = ''] = [...bridge.sandbox.openEdx.state.courses.keys()];
  ld().state.poisoned.add(courseId.replace('course-v1:', ''));
  webhook().state.poisoned.add(courseId);
  await json('sync catalog', 2);
  const { records } = await json<{ records: { id: string }[] }>('quarantine --destination webhook');
  expect(records).toEqual([expect.objectContaining({ destination: 'webhook', courseId })]);
  const explain = (destination: string): Promise<Explanation> =>
    json(`explain --source openedx --course ${courseId} --destination ${destination}`);
  expect(await explain('webhook')).toMatchObject({
    destination: 'webhook',
    quarantine: [{ id: records[0]!.id }],
  });
  ld().state.poisoned.clear();
  webhook().state.poisoned.clear();
  const posts = ld().state.posts.length;
  expect(ended(await json('replay quarantine --destination webhook'))).toEqual(['catalog webhook succeeded']);
  expect(ld().state.posts).toHaveLength(posts);
  expect(await json('quarantine')).toEqual({ records: [expect.objectContaining({ destination: 'ld' })] });
  expect(await explain('webhook')).toMatchObject({ atSink: { told: 'same' }, quarantine: [] });
  expect(await explain('ld')).toMatchObject({ atSink: { told: 'in doubt' }, quarantine: [{}] });
});

test('what explain says to do, and how to go on, is about that destination alone', async () => {
  const [courseId = ''] = [...bridge.sandbox.openEdx.state.courses.keys()];
  const { next } = await json<Explanation>(
    `explain --source openedx --course ${courseId} --destination webhook`,
  );
  expect(next).toBe(`lms-bridge sync catalog --source openedx --course ${courseId} --destination webhook`);
  webhook().server.faults.set({ rate: 1, kinds: ['429-seconds'], retryAfterSeconds: 3_600 });
  const interrupted = AbortSignal.timeout(1_500);
  const { stderr, code } = await run('sync catalog --destination webhook', bridge.env, {}, interrupted);
  expect(code).toBe(130);
  expect(stderr).toContain('the catalog of openedx to webhook is not finished');
  expect(stderr).toContain('sync catalog --source openedx --destination webhook\n');
});

test.each([
  'sync catalog',
  'runs',
  'watermarks',
  'quarantine',
  'replay quarantine',
  'explain --source openedx --course x',
  'watermark set --source openedx 2026-01-31',
])('a destination that does not exist is one sentence: %s', async (args) => {
  const { code, stdout, stderr } = await run(`${args} --destination nowhere`, bridge.env);
  expect(stderr).toBe('There is no destination nowhere; DESTINATIONS names ld, webhook\n');
  expect([code, stdout]).toEqual([1, '']);
});

test('what is stored of a destination that the settings no longer name is listed still, and nothing is sent there', async () => {
  await json('sync catalog --destination webhook');
  const env = { ...bridge.env, DESTINATIONS: 'ld' };
  expect(JSON.parse((await run('runs --destination webhook --json', env)).stdout)).toMatchObject({
    runs: [{ destination: 'webhook', state: 'succeeded' }],
  });
  const { stderr } = await run('sync catalog --destination webhook', env);
  expect(stderr).toContain('There is no destination webhook; DESTINATIONS names ld\n');
});

test('events go to every destination of their source, so that none is chosen for them', async () => {
  const { code, stderr } = await run('replay events --destination webhook', bridge.env);
  expect([code, stderr]).toEqual([
    2,
    '--destination goes with replay quarantine alone; take it out, or name the events\n',
  ]);
});
