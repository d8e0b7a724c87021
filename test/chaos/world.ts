import { setTimeout as sleep } from 'node:timers/promises';
import type { Feed } from '../../src/lib/domain/feed';
import type { Run } from '../../src/lib/domain/run';
import type { Post } from '../../sandbox/ld-services/state';
import { type StartOptions, startRun } from '../../src/lib/sync/run/start';
import { type Bridge, type BridgeOptions, startBridge, until } from '../setup/bridge';
import { endWorkers, startWorker, type Worker } from './processes';
import type { WorkerOrders } from './orders';

export type FeedForm = 'catalog' | 'windowed' | 'scanned';
export const feedForms = ['catalog', 'windowed', 'scanned'] as const;

/** A source that was synced half an hour ago and has changed in every record since. */
export interface World {
  readonly form: FeedForm;
  readonly feed: Feed;
  readonly bridge: Bridge;
  /** Records that the source has. */
  readonly size: number;
  /** What came in at the sink since the changes. */
  posts(): Post[];
  worker(orders?: Partial<WorkerOrders>): Worker;
  /** Changes every record once more, to and fro, and waits until a run that starts then sees it. */
  changeAgain(): Promise<void>;
  /** Starts a run; a worker process does the rest. */
  start(options?: Partial<StartOptions>): Promise<Run>;
  /** The latest run of the feed that is not the first. */
  run(): Promise<Run | undefined>;
  /** Waits until the latest run has ended and let go of its feed. */
  ended(ms?: number): Promise<Run>;
  stop(): Promise<void>;
}

const sizes: Record<FeedForm, BridgeOptions['sandbox']> = {
  catalog: { openEdx: { courses: 12, learners: 2, grades: 2 } },
  windowed: { openEdx: { courses: 12, learners: 40, grades: 320 } },
  // More than there are places: a slice holds many.
  scanned: { openEdx: { courses: 12, learners: 30, grades: 90 } },
};

// Slices and batches small enough that a run has several of each.
const settings: Record<string, string> = {
  LMS__openedx__pageSize: '20',
  LMS__openedx__maxRowsPerSlice: '100',
  LMS__openedx__concurrency: '4',
  LD__concurrency: '2',
};
const batchSizes: Record<FeedForm, string> = { catalog: '4', windowed: '30', scanned: '8' };

const pastMs = 30 * 60_000;

/** Worlds that a test file has at a time: more of them starve each other's leases on a small machine. */
const worldsAtOnce = 3;
let worlds = 0;
const queue: (() => void)[] = [];

async function enter(): Promise<void> {
  if (worlds < worldsAtOnce) worlds++;
  else await new Promise<void>((resolve) => queue.push(resolve));
}

function leave(): void {
  const next = queue.shift();
  if (next) next();
  else worlds--;
}

/** Waits until there is room for one more; `stop` makes room. */
export async function startWorld(form: FeedForm, options: BridgeOptions = {}): Promise<World> {
  await enter();
  return begin(form, options).catch((error: unknown) => {
    leave();
    throw error;
  });
}

async function begin(form: FeedForm, options: BridgeOptions): Promise<World> {
  let offset = -pastMs;
  const clock = (): number => Date.now() + offset;
  const openEdx = { ...sizes[form]?.openEdx, ...options.sandbox?.openEdx };
  const bridge = await startBridge({
    ...options,
    sandbox: { ...options.sandbox, clock, openEdx },
    overrides: { now: clock, ...options.overrides },
    env: {
      ...settings,
      LD__batchSize: batchSizes[form],
      LMS__openedx__grades: form === 'scanned' ? 'courses' : 'bulk',
      ...options.env,
    },
  });
  const kind = form === 'catalog' ? 'catalog' : 'consumption';
  const feed: Feed = { source: 'openedx', kind, destination: 'ld' };
  const first = await bridge.sync(kind);
  if (first.state !== 'succeeded') {
    await bridge.stop();
    throw new Error(`The first sync ended ${first.state}: ${first.error}`);
  }
  offset = 0;
  const size = changeAll(bridge, form, Date.now() - pastMs + 60_000, Date.now() - 60_000);
  const before = bridge.sandbox.ldServices.state.posts.length;

  const run = async (): Promise<Run | undefined> => {
    for await (const one of bridge.app.engine.runs.list())
      if (one.runId !== first.runId && one.kind === kind) return one;
    return undefined;
  };
  return {
    form,
    feed,
    bridge,
    size,
    posts: () => bridge.sandbox.ldServices.state.posts.slice(before),
    worker: (orders) => startWorker(bridge.env, orders),
    async changeAgain() {
      const now = Date.now();
      changeAll(bridge, form, now, now);
      // A window ends with a whole second.
      await sleep(1_000 - (now % 1_000) + 10);
    },
    start: (more) => startRun(bridge.app.engine, feed, { trigger: 'cli', ...more }),
    run,
    async ended(ms = 60_000) {
      let last: Run | undefined;
      await until(
        'the run has ended and its feed is free',
        async () => {
          last = await run();
          const { activeRun } = await bridge.app.engine.feeds.read(feed);
          const open = await bridge.app.engine.feeds.listOpen(feed);
          return last?.finishedAt !== undefined && activeRun === undefined && open.length === 0;
        },
        ms,
      );
      return last as Run;
    },
    async stop() {
      await endWorkers(bridge.env.AzureWebJobsStorage);
      await bridge.stop();
      leave();
    },
  };
}

/** Gives every record its other value, at times spread evenly. */
function changeAll({ sandbox }: Bridge, form: FeedForm, since: number, end: number): number {
  const { state } = sandbox.openEdx;
  if (form === 'catalog') {
    const courses = [...state.courses.values()];
    for (const { id, name } of courses)
      state.putCourse({ id, name: name.endsWith('renamed') ? `The course ${id}` : `${id}, renamed` });
    return courses.length;
  }
  const rows = [...state.grades];
  rows.forEach((row, i) => {
    const modified = since + Math.floor(((end - since) * i) / rows.length);
    state.grade({
      email: row.learner.email,
      courseId: row.courseId,
      percent: row.passed ? 0.1 : 0.95,
      modified,
    });
  });
  return rows.length;
}

/** A run that starts now, as an operator asks for it. */
export const startNow = (world: World): WorkerOrders['start'] => ({ feed: world.feed, trigger: 'cli' });
