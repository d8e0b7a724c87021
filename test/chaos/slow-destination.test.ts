import { setTimeout as sleep } from 'node:timers/promises';
import { random } from '../../sandbox/data/random';
import type { App } from '../../src/lib/app';
import { isEnded } from '../../src/lib/domain/run';
import { createMemoryGate } from '../../src/lib/http/memory-gate';
import { createLdServices } from '../../src/lib/destinations/ld-services';
import type { LdSettings } from '../../src/lib/destinations/ld-services/settings';
import { destinationNamed } from '../../src/lib/destinations/registry';
import { LeaseStore } from '../../src/lib/store/leases';
import { cancelRun } from '../../src/lib/sync/run/cancel';
import { startRun } from '../../src/lib/sync/run/start';
import { sweep } from '../../src/lib/sync/run/sweep';
import { workRun } from '../../src/lib/sync/run/work-run';
import { type Bridge, startBridge, until } from '../setup/bridge';
import { brisk, quickPatience } from './orders';

/*
 * Hosts stop as deploys have it, runs are cancelled, records change all the while, and the destination is slow: it
 * answers late, loses answers, and finishes what its client gave up. It must never be left with an older value.
 */

type Form = 'windowed' | 'scanned' | 'catalog';
const forms: readonly Form[] = ['windowed', 'scanned', 'catalog'];
const runs = Number(process.env.CHAOS_RUNS ?? '6');
const firstSeed = Number(process.env.CHAOS_SEED ?? '1');
const steps = 10;
/** Beyond the deadline, within what a batch without an answer is given to land. */
const slowestMs = 700;

class Schedule {
  private readonly next: () => number;
  private readonly bridge: Bridge;
  private readonly kind: 'catalog' | 'consumption';
  /** Of the workers that go on. */
  private readonly stops = new Set<AbortController>();
  private readonly working: Promise<void>[] = [];
  private names = 0;

  constructor(
    bridge: Bridge,
    private readonly form: Form,
    seed: number,
  ) {
    this.bridge = bridge;
    this.next = random(seed);
    this.kind = form === 'catalog' ? 'catalog' : 'consumption';
    const { server } = bridge.sandbox.ldServices;
    server.onRequest = async ({ path }) => {
      if (!path.includes('oauth') && this.next() < 0.6) await sleep(this.next() * slowestMs);
    };
    server.faults.set({
      rate: 0.1,
      kinds: ['reset-before', '502-html'],
      afterEffect: true,
      seed,
      methods: ['POST'],
      paths: ['/Catalog', '/Consumption'],
    });
  }

  private get feed() {
    return { source: 'openedx', kind: this.kind, destination: 'ld' } as const;
  }

  private app(): App {
    const leases = new LeaseStore(this.bridge.app.storage, brisk);
    const app = this.bridge.another({ leases, patience: quickPatience });
    const gate = createMemoryGate({
      system: 'L&D',
      limits: { concurrency: 8, requestsPerMinute: undefined },
    });
    const { settings } = destinationNamed(app.settings.destinations, 'ld');
    const ld = createLdServices(settings as LdSettings, { gate, userAgent: 'test' }, brisk.postMs);
    const openDestination = () => ({ ...ld, takes: ['catalog', 'consumption'] as const });
    return { ...app, engine: { ...app.engine, openDestination } };
  }

  hire(): void {
    const stop = new AbortController();
    this.stops.add(stop);
    const { engine } = this.app();
    const work = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        await sweep(engine).catch(() => undefined);
        for (const { feed, runId } of await engine.feeds.listOpen())
          if (feed.kind === this.kind) await workRun(engine, runId, stop.signal).catch(() => undefined);
        await sleep(20);
      }
    };
    this.working.push(work());
  }

  private change(): void {
    const { state } = this.bridge.sandbox.openEdx;
    if (this.form === 'catalog') {
      const ids = [...state.courses.keys()];
      const id = ids[Math.floor(this.next() * ids.length)]!;
      state.putCourse({ id, name: `Name ${++this.names}` });
      return;
    }
    const row = state.grades.at(Math.floor(this.next() * state.grades.size))!;
    state.grade({ email: row.learner.email, courseId: row.courseId, percent: row.passed ? 0.1 : 0.95 });
  }

  private async step(): Promise<void> {
    const { engine } = this.bridge.app;
    for (let n = 0; n < 3; n++) this.change();
    const draw = this.next();
    if (draw < 0.4) {
      const [first] = this.stops;
      this.stops.delete(first!);
      first!.abort(new Error('The host stops'));
      this.hire();
    } else if (draw < 0.6) {
      const { activeRun } = await engine.feeds.read(this.feed);
      if (activeRun) await cancelRun(engine, activeRun);
    }
    await startRun(engine, this.feed, { trigger: 'timer' });
  }

  async play(): Promise<void> {
    this.hire();
    this.hire();
    for (let n = 0; n < steps; n++) {
      await this.step();
      await sleep(this.next() * 400);
    }
    await this.over();
    // A window ends with a whole second, and by the clock of a server that was slow.
    await sleep(1_100);
    const last = await startRun(this.bridge.app.engine, this.feed, { trigger: 'cli' });
    await this.over();
    expect((await this.bridge.app.engine.runs.read(last.runId))?.state).toBe('succeeded');
    await sleep(slowestMs + 100);
  }

  private over(): Promise<void> {
    const { engine } = this.bridge.app;
    return until(
      'all runs have ended',
      async () => {
        const open = (await engine.feeds.listOpen()).filter(({ feed }) => feed.kind === this.kind);
        const all = await Promise.all(open.map(({ runId }) => engine.runs.read(runId)));
        return all.every((run) => !run || isEnded(run));
      },
      60_000,
    );
  }

  async end(): Promise<void> {
    for (const stop of this.stops) stop.abort(new Error('The test is over'));
    await Promise.all(this.working);
  }

  /** Records whose value at the destination is not the source's. */
  behind(): string[] {
    const { openEdx, ldServices } = this.bridge.sandbox;
    if (this.form === 'catalog')
      return [...openEdx.state.courses.values()]
        .filter(({ id, name }) => {
          const held = ldServices.state.catalog.get(`16|${id.replace(/^course-v1:/, '')}`);
          return held !== undefined && held.record.Name !== name;
        })
        .map(({ id }) => id);
    return [...openEdx.state.grades]
      .filter(({ learner, courseId, passed }) => {
        const key = `${learner.email}|${courseId.replace(/^course-v1:/, '')}|16`;
        return (
          ldServices.state.consumption.get(key)?.record.ConsumptionStatus !==
          (passed ? 'Passed' : 'InProgress')
        );
      })
      .map(({ courseId }) => courseId);
  }
}

const cases = Array.from({ length: runs }, (_, i) => ({
  form: forms[i % forms.length]!,
  seed: firstSeed + i,
}));

test.concurrent.each(cases)(
  '$form, schedule $seed: the destination is never left with an older value',
  async ({ form, seed }) => {
    const bridge = await startBridge({
      sandbox: { openEdx: { courses: form === 'scanned' ? 8 : 4, learners: 8, grades: 24 } },
      env: {
        LMS__openedx__grades: form === 'windowed' ? 'bulk' : 'courses',
        LMS__openedx__pageSize: '10',
        LD__batchSize: '4',
        LD__concurrency: '2',
      },
    });
    const schedule = new Schedule(bridge, form, seed);
    try {
      await schedule.play();
      expect(schedule.behind()).toEqual([]);
    } finally {
      await schedule.end();
      await bridge.stop();
    }
  },
  120_000 + 20_000 * runs,
);
