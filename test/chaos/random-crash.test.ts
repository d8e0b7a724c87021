import { setTimeout as sleep } from 'node:timers/promises';
import { random } from '../../sandbox/data/random';
import { buildWorker, endWorkers, removeWorker } from './processes';
import { expectAllArrived, expectRepeatsAlike, watch } from './truth';
import { feedForms, startNow, startWorld } from './world';

beforeAll(buildWorker);
afterAll(async () => {
  await endWorkers();
  removeWorker();
});

const runs = Number(process.env.CHAOS_RUNS ?? '10');
const next = random(Number(process.env.CHAOS_SEED ?? '1'));
/** A run here is over within this, once its worker has started. */
const longestMs = 900;

const cases = Array.from({ length: runs }, (_, i) => ({
  form: feedForms[i % feedForms.length]!,
  afterMs: Math.round(next() * longestMs),
}));

test.concurrent.each(cases)(
  'a $form run whose worker is killed $afterMs ms on ends with nothing lost',
  async ({ form, afterMs }) => {
    const world = await startWorld(form);
    try {
      const watcher = await watch(world);
      const victim = world.worker({ start: startNow(world) });
      await victim.says('started\n');
      await sleep(afterMs);
      await victim.kill();
      const successor = world.worker();
      const run = await world.ended();
      await successor.kill();
      const seen = await watcher.end();
      expect(run).toMatchObject({ state: 'succeeded', error: undefined });
      expect(run.counts.read).toBe(world.size);
      await expectAllArrived(world);
      expect(seen.lies).toEqual([]);
      expectRepeatsAlike(world.posts());
    } finally {
      await world.stop();
    }
  },
  240_000 + 6_000 * runs,
);
