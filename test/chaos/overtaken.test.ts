import { applyCourse } from '../../src/lib/sync/deliver/apply-course';
import { CourseBusyError } from '../../src/lib/sync/deliver/course-turn';
import { Tally } from '../../src/lib/sync/deliver/tally';
import type { App } from '../../src/lib/app';
import { startRun } from '../../src/lib/sync/run/start';
import { workRun } from '../../src/lib/sync/run/work-run';
import type { Run } from '../../src/lib/domain/run';
import { openFeed, type Step } from '../../src/lib/sync/engine';
import { utc } from '../../src/lib/domain/time';
import { LeaseStore } from '../../src/lib/store/leases';
import { type Bridge, startBridge, until } from '../setup/bridge';
import { type Death, deathAt, lastLeases } from './death';

/*
 * A listing and an event about one of its courses would pass each other on the way to the sink. Neither sends while
 * the other's POST may still be on its way, so that the ledger cannot say one value and the sink hold the other.
 */

const feed = { source: 'openedx', kind: 'catalog', destination: 'ld' } as const;
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
    open: openFeed(engine, feed),
    tally,
    signal: new AbortController().signal,
    keyPrefix: `event-${Math.random()}`,
    to: {
      source: 'openedx',
      sourceSystemId: '16',
      baseUrl: 'https://lms.example.com',
      createdAt: utc(Date.now()),
    },
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

const inDoubt = async (id: string) => (await bridge.app.engine.catalogLedger.read(feed, id))?.doubt;

/** A course that is about to be sent by its old name. */
async function begin(): Promise<string> {
  bridge = await startBridge();
  await bridge.sync('catalog');
  const [id = ''] = bridge.sandbox.openEdx.state.courses.keys();
  rename(id, 'Old');
  return id;
}

test('an event about a course that is in a batch on its way waits, and its newer value comes last', async () => {
  const id = await begin();
  const slow = bridge.another({
    onStep: beforeFirstPost(async () => {
      rename(id, 'New');
      await expect(applyEvent(bridge.app, id)).rejects.toThrow(CourseBusyError);
    }),
  });
  expect((await syncWith(slow)).state).toBe('succeeded');
  expect(nameAtSink(id)).toBe('Old');
  // The event is tried again.
  await applyEvent(bridge.app, id);
  expect(nameAtSink(id)).toBe('New');
  expect(await inDoubt(id)).toBe(false);
});

test('a listing that meets a course whose event is on its way comes back for it', async () => {
  const id = await begin();
  let run: Promise<Run> | undefined;
  const slow = bridge.another({
    onStep: beforeFirstPost(async () => {
      rename(id, 'New');
      run = syncWith(bridge.app);
      await until('the listing has met it', () => bridge.logged.join('').includes('slice will be retried'));
      expect(nameAtSink(id)).not.toBe('New');
    }),
  });
  await applyEvent(slow, id);
  expect(await run).toMatchObject({ state: 'succeeded', counts: { quarantined: 0 } });
  expect(nameAtSink(id)).toBe('New');
  expect(await inDoubt(id)).toBe(false);
});

describe('a worker that dies after its POST of an older value, before it could write that down,', () => {
  /** The clock of the survivors' leases: two minutes ahead once the other is dead. */
  let leap = 0;
  let death: Death;
  let dead: Promise<unknown> | undefined;
  beforeEach(() => {
    leap = 0;
    death = deathAt('after post');
  });
  afterEach(async () => {
    death.bury();
    await dead?.catch(() => undefined);
  });
  const survivor = () =>
    bridge.another({ leases: new LeaseStore(bridge.app.storage, { now: () => Date.now() + leap }) });

  function dying(meanwhile: () => Promise<void>): App {
    const before = beforeFirstPost(meanwhile);
    const onStep = async (step: Step): Promise<void> => {
      await before(step);
      await death.onStep(step);
    };
    return bridge.another({ onStep, leases: lastLeases(bridge.app.storage) });
  }

  async function died(id: string): Promise<void> {
    await death.died;
    leap = 120_000;
    expect(nameAtSink(id)).toBe('Old');
  }

  test('was a listing: the event that came meanwhile is not hidden by it', async () => {
    const id = await begin();
    const other = survivor();
    let applied = false;
    const tryEvent = () =>
      applyEvent(other, id).then(
        () => (applied = true),
        (error: unknown) => expect(error).toBeInstanceOf(CourseBusyError),
      );
    const app = dying(async () => {
      rename(id, 'New');
      await tryEvent();
    });
    dead = syncWith(app);
    await died(id);
    if (!applied) await tryEvent();
    expect(applied).toBe(true);
    expect((await syncWith(other)).state).toBe('succeeded');
    expect(nameAtSink(id)).toBe('New');
    expect(await inDoubt(id)).toBe(false);
  });

  test('was an event: the listing that came meanwhile is not hidden by it', async () => {
    const id = await begin();
    const other = survivor();
    let run: Promise<Run> | undefined;
    const app = dying(async () => {
      rename(id, 'New');
      const ended = () => bridge.logged.join('').split('run ended').length > 2;
      run = syncWith(other);
      await until(
        'the listing has met it',
        () => ended() || bridge.logged.join('').includes('slice will be retried'),
      );
    });
    dead = applyEvent(app, id);
    await died(id);
    expect((await run)?.state).toBe('succeeded');
    expect((await syncWith(other)).state).toBe('succeeded');
    expect(nameAtSink(id)).toBe('New');
    expect(await inDoubt(id)).toBe(false);
  });
});
