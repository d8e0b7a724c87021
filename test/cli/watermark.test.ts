import type { Utc } from '../../src/lib/domain/time';
import { startRun } from '../../src/lib/sync/run/start';
import { startBridge, type Bridge } from '../setup/bridge';
import { run, type Ran } from './terminal';

const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
const old = '2026-03-01T00:00:00Z' as Utc;
const beyond = { from: '2026-03-05T00:00:00Z' as Utc, to: '2026-03-06T00:00:00Z' as Utc };

let bridge: Bridge;
beforeAll(async () => {
  bridge = await startBridge({ sandbox: { khalibre: { courses: 2, learners: 2 } } });
});
afterAll(() => bridge.stop());
beforeEach(async () => {
  await bridge.app.engine.feeds.update(feed, () => ({ watermark: old, doneBeyond: [beyond] }));
});

const set = (args: string, answer?: string): Promise<Ran> =>
  run(
    `watermark set ${args}`,
    bridge.env,
    {},
    undefined,
    answer === undefined ? undefined : () => Promise.resolve(answer),
  );
const now = () => bridge.app.engine.feeds.read(feed);

test('asks on a terminal, with the old and new value and what it means', async () => {
  const no = await set('--source openedx 2026-02-01', 'no');
  expect(no.stderr).toContain(
    `The watermark of openedx goes back from ${old} to 2026-02-01T00:00:00Z: what changed in these 28 days is read and sent again.`,
  );
  expect(no.stderr).toContain('Nothing was changed.');
  expect(no.code).toBe(1);
  expect((await now()).watermark).toBe(old);
  const yes = await set('--source openedx 2026-02-01', 'yes');
  expect(yes.stdout).toBe('The watermark of openedx is now 2026-02-01T00:00:00Z.\n');
  expect(yes.code).toBe(0);
  // What lay beyond is read anew as well.
  expect(await now()).toMatchObject({ watermark: '2026-02-01T00:00:00Z', doneBeyond: [] });
});

test('where nobody can be asked it needs --yes', async () => {
  const refused = await set('--source openedx 2026-02-01');
  expect(refused.stderr).toContain('Nothing was changed: write --yes to do it');
  expect(refused.code).toBe(2);
  expect((await now()).watermark).toBe(old);
  const { code, stdout } = await set('--source openedx 2026-03-03 --yes --json');
  expect(JSON.parse(stdout)).toEqual({
    source: 'openedx',
    destination: 'ld',
    from: old,
    to: '2026-03-03T00:00:00Z',
    set: true,
  });
  expect(code).toBe(0);
  expect(await now()).toMatchObject({ watermark: '2026-03-03T00:00:00Z', doneBeyond: [beyond] });
});

test('set to where a window beyond a hole begins, that window is read anew: it left its first second to the hole', async () => {
  await set(`--source openedx ${beyond.from} --yes`);
  expect(await now()).toMatchObject({ watermark: beyond.from, doneBeyond: [] });
});

test.each([
  ['--source openedx 2999-01-01', '2999-01-01T00:00:00Z lies in the future'],
  ['--source openedx 1980-01-01', '1980-01-01T00:00:00Z is before LMS__openedx__since'],
  ['--source openedx soon', 'The watermark must be a time in UTC'],
  ['--source khalibre 2026-01-01', 'The source khalibre has no watermark'],
  ['--source other 2026-01-01', 'There is no source other'],
])('%s is refused in one sentence', async (args, sentence) => {
  const { code, stderr } = await set(`${args} --yes`);
  expect(stderr).toContain(sentence);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(1);
  expect((await now()).watermark).toBe(old);
});

test('is refused while a run is at the feed, also one that came while the person was asked', async () => {
  const { engine } = bridge.app;
  let runId = '';
  const answer = async (): Promise<string> => {
    ({ runId } = await startRun(engine, feed, { trigger: 'cli' }));
    return 'yes';
  };
  const late = await run('watermark set --source openedx 2026-02-01', bridge.env, {}, undefined, answer);
  expect(late.stderr).toContain(`The run ${runId} is at this feed`);
  const busy = await set('--source openedx 2026-02-01 --yes');
  expect(busy.stderr).toContain(`lms-bridge cancel ${runId}`);
  expect(busy.code).toBe(1);
  expect((await now()).watermark).toBe(old);
});
