import { startLdServices } from '../../sandbox/ld-services';
import { ldSettings } from '../../sandbox/settings';
import { noteText } from '../../src/lib/domain/notes';
import type { FeedKind } from '../../src/lib/domain/feed';
import type { Run } from '../../src/lib/domain/run';
import { startRun } from '../../src/lib/sync/run/start';
import { workRun } from '../../src/lib/sync/run/work-run';
import { type Bridge, startBridge } from '../setup/bridge';

/*
 * A ledger knows what was told to one destination, in one form. Under other settings nothing of that is known.
 */

const never = new AbortController().signal;
let bridge: Bridge;
afterEach(() => bridge.stop());

const start = (grades: 'bulk' | 'courses'): Promise<Bridge> =>
  startBridge({
    sandbox: { openEdx: { courses: 5, learners: 6, grades: 20 } },
    env: { LMS__openedx__grades: grades },
  });

/** A sync by an app with other settings. */
async function sync(kind: FeedKind, env: Record<string, string> = {}, options: object = {}): Promise<Run> {
  const { engine } = bridge.another({}, env);
  const feed = { source: 'openedx', kind, destination: 'ld' } as const;
  const { runId } = await startRun(engine, feed, { trigger: 'cli', ...options });
  return workRun(engine, runId, never);
}

test.each([
  ['catalogDefaults', { LD__catalogDefaults: '{"Brand":"Academy"}' }],
  ['externalIdForm', { LD__externalIdForm: 'full' }],
  ['sourceSystemId', { LMS__openedx__sourceSystemId: '99' }],
] as const)('another %s: the courses go out anew, once', async (_, env) => {
  bridge = await start('courses');
  const first = await sync('catalog');
  expect((await sync('catalog')).counts).toMatchObject({ sent: 0, unchanged: first.counts.sent });
  const anew = await sync('catalog', env);
  expect(anew).toMatchObject({ state: 'succeeded', mode: 'full', counts: { sent: first.counts.sent } });
  expect(anew.notes.map(noteText).join()).toContain('everything is sent anew');
  expect(await sync('catalog', env)).toMatchObject({ mode: 'incremental', counts: { sent: 0 }, notes: [] });
});

test.each(['bulk', 'courses'] as const)(
  'another destination gets all results, read by %s',
  async (grades) => {
    bridge = await start(grades);
    await sync('consumption');
    expect((await sync('consumption')).counts.sent).toBe(0);
    const other = await startLdServices();
    const env = Object.fromEntries(
      Object.entries(ldSettings('LD__', other)).filter(([name]) => name.startsWith('LD__')),
    );
    try {
      // What looks at a part says nothing of the whole, and a run that fails has told nothing for good.
      const [{ courseId } = { courseId: '' }] = [...bridge.sandbox.openEdx.state.grades];
      await sync('consumption', env, { request: { courseId } });
      other.server.faults.set({ rate: 1, kinds: ['500'], paths: ['/Consumption'] });
      const failing = bridge.another({ patience: { ...bridge.app.engine.patience, attempts: 1 } }, env);
      const feed = { source: 'openedx', kind: 'consumption', destination: 'ld' } as const;
      const { runId } = await startRun(failing.engine, feed, { trigger: 'cli' });
      expect((await workRun(failing.engine, runId, never)).state).toBe('failed');
      other.server.faults.set();
      expect(await sync('consumption', env)).toMatchObject({ state: 'succeeded', mode: 'full' });
      expect(other.state.consumption.size).toBe(bridge.sandbox.ldServices.state.consumption.size);
      expect((await sync('consumption', env)).counts.sent).toBe(0);
    } finally {
      await other.stop();
    }
  },
  60_000,
);
