import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from '../../src/lib/sync/engine';
import { brisk } from './orders';
import { buildWorker, endWorkers, removeWorker } from './processes';
import { expectAllArrived, expectedOf, lies } from './truth';
import { type FeedForm, startNow, startWorld, type World } from './world';

beforeAll(buildWorker);
afterAll(async () => {
  await endWorkers();
  removeWorker();
});

interface Pause {
  readonly form: FeedForm;
  readonly step: Step;
  readonly nth: number;
  /** All of a slice in one batch, so that nothing but the ledger is left to write. */
  readonly batchSize?: string;
}

const usual: readonly Pause[] = [
  { form: 'windowed', step: 'plan staged', nth: 1 },
  { form: 'windowed', step: 'before post', nth: 2 },
  { form: 'scanned', step: 'before post', nth: 2 },
  { form: 'scanned', step: 'after post', nth: 1, batchSize: '500' },
  { form: 'catalog', step: 'after post', nth: 1, batchSize: '500' },
];
const further: readonly Pause[] = [
  { form: 'windowed', step: 'before done', nth: 1 },
  { form: 'windowed', step: 'plan committed', nth: 1 },
  { form: 'windowed', step: 'message sent', nth: 1 },
  { form: 'windowed', step: 'after post', nth: 3 },
  { form: 'windowed', step: 'finish', nth: 1 },
  { form: 'scanned', step: 'after post', nth: 2 },
  { form: 'scanned', step: 'before done', nth: 1 },
  { form: 'scanned', step: 'finish', nth: 1 },
  { form: 'catalog', step: 'before post', nth: 2 },
  { form: 'catalog', step: 'before done', nth: 1 },
];

test.concurrent.each(process.env.CHAOS_RUNS ? [...usual, ...further] : usual)(
  'a worker of a $form run that was paused at "$step" overwrites nothing when it wakes',
  async ({ form, step, nth, batchSize }) => {
    const world = await startWorld(form, { env: batchSize ? { LD__batchSize: batchSize } : {} });
    try {
      const paused = world.worker({ start: startNow(world), at: { step, nth, signal: 'SIGSTOP' } });
      await paused.says(`at ${step}`);
      const successor = world.worker();
      await world.ended();
      // The source changes, and a later run delivers that.
      await world.changeAgain();
      await world.start();
      await world.ended();
      await expectAllArrived(world);
      const before = await marks(world);
      const sent = world.posts().length;
      paused.resume();
      await sleep(brisk.ttlMs);
      // What it read before it was paused may make it take its feed's turn once more; it finds its run ended, and leaves.
      await world.ended();
      await expectAllArrived(world);
      // The catalog's worker may read a course anew, under that course's own lease, and send what it finds.
      if (form !== 'catalog') expect(world.posts()).toHaveLength(sent);
      expect(await lies(world, await expectedOf(world))).toEqual([]);
      expect(await marks(world)).toEqual(before);
      // Back to the value that the paused worker knew: that it goes out again shows what the ledger really holds.
      await world.changeAgain();
      await world.start();
      expect((await world.ended()).counts.read).toBeGreaterThanOrEqual(world.size);
      await expectAllArrived(world);
      await successor.kill();
      await paused.kill();
    } finally {
      await world.stop();
    }
  },
  240_000,
);

/** Watermark and ledgers, for comparison. A catalog's row may be put in doubt at any time: that hides nothing. */
async function marks({ bridge, feed, form }: World): Promise<unknown> {
  const { engine } = bridge.app;
  const { watermark, doneBeyond, activeRun } = await engine.feeds.read(feed);
  const courses = [...bridge.sandbox.openEdx.state.courses.keys()];
  const ledgers =
    form === 'catalog'
      ? [...(await engine.catalogLedger.load(feed))].map(([id, { hash }]) => ({ id, hash }))
      : await Promise.all(
          courses.map(async (id) => {
            const { records, doubt } = await engine.learnerLedger.load(feed, id);
            return { doubt, records: [...records].sort() };
          }),
        );
  return { watermark, doneBeyond, activeRun, ledgers };
}
