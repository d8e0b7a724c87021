import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from '../../src/lib/sync/engine';
import { buildWorker, endWorkers, removeWorker } from './processes';
import { expectAllArrived, expectRepeatsAlike, repeated, watch } from './truth';
import { type FeedForm, feedForms, startNow, startWorld } from './world';

beforeAll(buildWorker);
afterAll(async () => {
  await endWorkers();
  removeWorker();
});

interface Crash {
  readonly step: Step;
  readonly nth: number;
}

const crashes: readonly Crash[] = [
  { step: 'run row written', nth: 1 },
  { step: 'plan staged', nth: 1 },
  { step: 'plan committed', nth: 1 },
  { step: 'message sent', nth: 1 },
  { step: 'before post', nth: 2 },
  { step: 'after post', nth: 1 },
  { step: 'before done', nth: 1 },
  { step: 'finish', nth: 1 },
];

/** Starts a run, kills a worker at each of the steps in turn, and lets a last one end it. */
async function crashAt(form: FeedForm, steps: readonly Crash[]): Promise<void> {
  const world = await startWorld(form);
  try {
    const watcher = await watch(world);
    for (const [i, { step, nth }] of steps.entries()) {
      const start = i === 0 ? startNow(world) : undefined;
      const victim = world.worker({ start, at: { step, nth, signal: 'SIGKILL' } });
      const tooLate = sleep(60_000, 'never came by', { ref: false });
      expect([step, await Promise.race([victim.exit, tooLate])]).toEqual([step, 'SIGKILL']);
      expect(victim.output()).toContain(`at ${step}`);
    }
    const successor = world.worker();
    const run = await world.ended();
    await successor.kill();
    const seen = await watcher.end();
    expect(run).toMatchObject({ state: 'succeeded', error: undefined });
    // Rows of a second that two windows share are read by both; a repeated slice counts once all the same.
    expect(run.counts.read).toBeGreaterThanOrEqual(world.size);
    expect(run.counts.read).toBeLessThanOrEqual(world.size + run.slices.total);
    await expectAllArrived(world);
    expect(seen.lies).toEqual([]);
    expect(seen.looks).toBeGreaterThan(3);
    expectRepeatsAlike(world.posts());
    // What was on its way went out again: the acknowledgement of it was not written down.
    if (steps.some(({ step }) => step === 'after post')) expect(repeated(world.posts())).toBeGreaterThan(0);
  } finally {
    await world.stop();
  }
}

// Once a plan is committed the sweep wakes its slices, and no worker comes by "message sent" again.
test.concurrent.each(feedForms)(
  'a %s run that loses a worker at every step, one after the other, ends with nothing lost',
  (form) =>
    crashAt(
      form,
      crashes.filter(({ step }) => step !== 'message sent'),
    ),
  240_000,
);

// The other steps by themselves, too, when there is time for it.
const alone = crashes.filter(({ step }) => process.env.CHAOS_RUNS !== undefined || step === 'message sent');
const cases = feedForms.flatMap((form) => alone.map((crash) => ({ form, ...crash })));
// The others are one slice, and who plans it works it.
const possible = cases.filter(({ form, step }) => form === 'windowed' || step !== 'message sent');
test.concurrent.each(possible)(
  'a $form run whose worker is killed at "$step" ends with nothing lost',
  ({ form, ...crash }) => crashAt(form, [crash]),
  process.env.CHAOS_RUNS ? 900_000 : 240_000,
);
