import { applyCourse } from '../../src/lib/sync/apply-course';
import { Tally } from '../../src/lib/sync/tally';
import type { App } from '../../src/lib/app';
import { startRun } from '../../src/lib/sync/start';
import { workRun } from '../../src/lib/sync/work-run';
import type { Run } from '../../src/lib/domain/run';
import type { Step } from '../../src/lib/sync/engine';
import { utc } from '../../src/lib/domain/time';
import { type Bridge, startBridge } from '../setup/bridge';

/*
 * A listing and an event about one of its courses pass each other on the way to the sink. Whichever arrives last
 * there, the ledger must not say that the other did.
 */

const feed = { source: 'openedx', kind: 'catalog' } as const;
let bridge: Bridge;
afterEach(() => bridge.stop());

/** Calls something once, when a POST of the catalog is about to leave. */
const beforeFirstPost = (then: () => Promise<void>) => {
  let armed = true;
  return async (step: Step): Promise<void> => {
    if (step !== 'before post' || !armed) return;
    armed = false;
    await then();
  };
};

async function applyEvent({ engine }: App, courseId: string): Promise<void> {
  const run = { runId: 'event', dryRun: false } as never;
  const tally = new Tally(engine, run, feed);
  await tally.begin();
  await applyCourse(courseId, {
    engine,
    open: engine.openSource('openedx'),
    tally,
    signal: new AbortController().signal,
    keyPrefix: `event-${Math.random()}`,
    to: { sourceSystemId: '16', createdAt: utc(Date.now()) },
    dryRun: false,
    force: false,
  });
}

async function syncWith({ engine }: App): Promise<Run> {
  const run = await startRun(engine, feed, { trigger: 'cli' });
  return workRun(engine, run.runId, new AbortController().signal);
}

const rename = (id: string, name: string): void => void bridge.sandbox.openEdx.state.putCourse({ id, name });
const nameAtSink = (id: string): unknown =>
  bridge.sandbox.ldServices.state.catalog.get(`16|${id.replace('course-v1:', '')}`)?.record.Name;

test('an event that overtakes the listing’s older batch of the same course wins in the end', async () => {
  bridge = await startBridge();
  await bridge.sync('catalog');
  const [id = ''] = bridge.sandbox.openEdx.state.courses.keys();
  rename(id, 'Old');
  const slow = bridge.another({
    onStep: beforeFirstPost(async () => {
      rename(id, 'New');
      await applyEvent(bridge.app, id);
      expect(nameAtSink(id)).toBe('New');
    }),
  });
  const run = await syncWith(slow);
  expect(run.state).toBe('succeeded');
  expect(nameAtSink(id)).toBe('New');
  expect((await bridge.app.engine.catalogLedger.read('openedx', id))?.doubt).toBe(false);
});

test('an event whose older value lands after the listing’s newer one is not taken for delivered', async () => {
  bridge = await startBridge();
  await bridge.sync('catalog');
  const [id = ''] = bridge.sandbox.openEdx.state.courses.keys();
  rename(id, 'Old');
  const slow = bridge.another({
    onStep: beforeFirstPost(async () => {
      rename(id, 'New');
      await bridge.sync('catalog');
      expect(nameAtSink(id)).toBe('New');
    }),
  });
  await expect(applyEvent(slow, id)).rejects.toThrow('written by someone else');
  expect(nameAtSink(id)).toBe('Old');
  // The event is tried again.
  await applyEvent(bridge.app, id);
  expect(nameAtSink(id)).toBe('New');
});
