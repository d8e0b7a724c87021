import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../../src/lib/app';
import { createMemoryGate } from '../../src/lib/http/memory-gate';
import { createLdServices } from '../../src/lib/destinations/ld-services';
import type { LdSettings } from '../../src/lib/destinations/ld-services/settings';
import { destinationNamed } from '../../src/lib/destinations/registry';
import { cancelRun } from '../../src/lib/sync/run/cancel';
import { planRun } from '../../src/lib/sync/run/plan';
import { workSlice } from '../setup/one-slice';
import { startRun } from '../../src/lib/sync/run/start';
import { workRun } from '../../src/lib/sync/run/work-run';
import { type Bridge, leasesIn, startBridge, until } from '../setup/bridge';
import { notAtSink } from './at-sink';

/*
 * The destination is slow, and finishes what its client gave up: an older value must not land after a newer one.
 */

const never = new AbortController().signal;
/** Longer than an instance waits, and than a change and what follows it take. */
const slowMs = 1_600;
const deadlineMs = 900;
/** When the slow batch takes effect at the latest, whether or not its client still waits. */
let landedAt: number;
let bridge: Bridge;
afterEach(() => bridge.stop());

type Form = 'windowed' | 'scanned' | 'catalog';
const forms: readonly Form[] = ['windowed', 'scanned', 'catalog'];

async function begin(form: Form): Promise<void> {
  bridge = await startBridge({
    sandbox: { openEdx: { courses: 1, learners: 1, grades: 1 } },
    env: { LMS__openedx__grades: form === 'windowed' ? 'bulk' : 'courses' },
  });
}

const kindOf = (form: Form) => (form === 'catalog' ? 'catalog' : 'consumption');
const destination = () => bridge.sandbox.ldServices;

/** Gives the one record another value than it has. */
async function change(form: Form): Promise<void> {
  const { state } = bridge.sandbox.openEdx;
  if (form === 'catalog') {
    const [course] = [...state.courses.values()];
    state.putCourse({ id: course!.id, name: `${course!.name}, renamed` });
    return;
  }
  const [row] = [...state.grades];
  state.grade({ email: row!.learner.email, courseId: row!.courseId, percent: row!.passed ? 0.1 : 0.95 });
  // A window ends with a whole second.
  if (form === 'windowed') await sleep(1_010 - (Date.now() % 1_000));
}

/** Whether the destination holds what the source shows. */
function isInStep(form: Form): boolean {
  if (form !== 'catalog') return notAtSink(bridge.sandbox).length === 0;
  const [course] = [...bridge.sandbox.openEdx.state.courses.values()];
  return [...destination().state.catalog.values()].every(({ record }) => record.Name === course!.name);
}

/** A slice of a run whose POST of the first value is on its way, and slow. */
async function posting(form: Form, { engine }: App, stop: AbortSignal) {
  const feed = { source: 'openedx', kind: kindOf(form), destination: 'ld' } as const;
  const { runId } = await startRun(engine, feed, { trigger: 'cli' });
  await planRun(engine, runId, never);
  destination().server.options.latencyMs = slowMs;
  const working = workSlice(engine, runId, 1, stop);
  await until('the batch is on its way', () => destination().server.requests.inFlight > 0);
  destination().server.options.latencyMs = 0;
  landedAt = Date.now() + slowMs;
  return { runId, working };
}

/** One machine has all the workers: no clock differs from another. */
const sameClock = () => leasesIn(bridge.env, { skewMs: 100 });

/** Works on until a run that began after the change has ended, and all that was ever sent has landed. */
async function catchUp(form: Form, runId: string): Promise<void> {
  const { engine } = bridge.another({ leases: sameClock() });
  await workRun(engine, runId, never);
  expect((await bridge.sync(kindOf(form))).state).toBe('succeeded');
  await sleep(Math.max(0, landedAt + 200 - Date.now()));
}

/** With a token in hand: the call for it must not be the slow one. */
async function warmed(form: Form, app: () => App = () => bridge.app): Promise<App> {
  await begin(form);
  const warm = app();
  const feed = { source: 'openedx', kind: kindOf(form), destination: 'ld' } as const;
  const { runId } = await startRun(warm.engine, feed, { trigger: 'cli' });
  expect((await workRun(warm.engine, runId, never)).state).toBe('succeeded');
  await change(form);
  return warm;
}

test.each(forms)('a host that stops waits for its batch: %s', async (form) => {
  const app = await warmed(form);
  const stop = new AbortController();
  const { runId, working } = await posting(form, app, stop.signal);
  await change(form);
  stop.abort();
  await Promise.all([working, catchUp(form, runId)]);
  expect(isInStep(form)).toBe(true);
});

test.each(forms)('a run that is cancelled ends once its batch has landed: %s', async (form) => {
  const app = await warmed(form);
  const { runId, working } = await posting(form, app, never);
  await change(form);
  await cancelRun(app.engine, runId);
  await Promise.all([working, catchUp(form, runId)]);
  expect((await app.engine.runs.read(runId))?.state).toBe('cancelled');
  expect(isInStep(form)).toBe(true);
});

/** An instance that waits for answers for no longer than this. */
function impatient(ms: number): App {
  const { app } = bridge;
  const gate = createMemoryGate({ limits: { concurrency: 8, requestsPerMinute: undefined }, system: 'L&D' });
  const { settings } = destinationNamed(app.settings.destinations, 'ld');
  const hasty = createLdServices(settings as LdSettings, { gate, userAgent: 'test' }, ms);
  const openDestination = () => ({ ...hasty, takes: ['catalog', 'consumption'] as const });
  return { ...app, engine: { ...app.engine, openDestination, leases: sameClock() } };
}

test.each(forms)('what ran into its deadline is over before anything newer is sent: %s', async (form) => {
  const app = await warmed(form, () => impatient(deadlineMs));
  const stop = new AbortController();
  const before = destination().state.posts.length;
  const { runId, working } = await posting(form, app, stop.signal);
  await change(form);
  await until('the batch was sent again', () => destination().state.posts.length > before);
  stop.abort();
  await Promise.all([working, catchUp(form, runId)]);
  expect(isInStep(form)).toBe(true);
});
