import { listEvents } from '../src/lib/api/events';
import { getHealth } from '../src/lib/api/health';
import { listPauses } from '../src/lib/api/pauses';
import { listQuarantine } from '../src/lib/api/quarantine';
import { getWatermarks, listRuns } from '../src/lib/api/runs';
import { getStatus } from '../src/lib/api/status/answer';
import { type App, getApp } from '../src/lib/app';
import type { Feed } from '../src/lib/domain/feed';
import { queryRows } from '../src/lib/store/rows';
import { purge } from '../src/lib/sync/purge';
import { startRun } from '../src/lib/sync/run/start';
import { sweep } from '../src/lib/sync/run/sweep';
import { workRun } from '../src/lib/sync/run/work-run';
import { fillEvents, fillQuarantine, fillRuns, oldRun } from './fill';
import { countStorageOperations } from './storage-operations';
import { quiet, startServers } from './world';

const amounts = {
  runs: Number(process.env.BENCH_RUNS ?? 30_000),
  events: Number(process.env.BENCH_EVENTS ?? 100_000),
  quarantined: Number(process.env.BENCH_QUARANTINED ?? 100_000),
};
/** So little that a list is one page, and no more. An empty list shows nothing, and costs less for that alone. */
const aPage = { runs: 60, events: 120, quarantined: 60 };
const retentionDays = 30;
/** One day more than is kept: the purge has a night's work to do. */
const spreadMs = (retentionDays + 1) * 24 * 3600_000;
const times = 5;

const catalog: Feed = { source: 'openedx', kind: 'catalog', destination: 'ld' };
const consumption: Feed = { ...catalog, kind: 'consumption' };
const feeds: readonly Feed[] = [catalog, consumption, { ...consumption, source: 'khalibre' }];

type Step = (app: App) => Promise<unknown>;
const status =
  (query: string): Step =>
  () =>
    getStatus({ url: `${base}/status`, query: new URLSearchParams(query), params: {} });
const base = 'http://localhost/api';

const steps: Readonly<Record<string, Step>> = {
  'GET /status': status(''),
  'GET /status?part=now': status('part=now'),
  'GET /runs': (app) => listRuns(app, {}, base),
  'GET /runs?state=failed': (app) => listRuns(app, { state: 'failed' }, base),
  'GET /runs?source=openedx&kind=catalog': (app) =>
    listRuns(app, { source: 'openedx', kind: 'catalog' }, base),
  'GET /events': (app) => listEvents(app, {}),
  'GET /events?state=dead': (app) => listEvents(app, { state: 'dead' }),
  'GET /quarantine': (app) => listQuarantine(app, {}),
  'GET /quarantine?source=khalibre': (app) => listQuarantine(app, { source: 'khalibre' }),
  'GET /watermarks': (app) => getWatermarks(app, {}),
  'GET /pauses': (app) => listPauses(app),
  'GET /health': getHealth,
  'a course, synced': (app) => syncCourse(app),
  sweep: (app) => sweep(app.engine),
  'the emulator: 51 rows of runs': (app) => raw(app, 'runs'),
  'the emulator: 51 rows of inbox': (app) => raw(app, 'inbox'),
  'the emulator: 51 rows of quarantine': (app) => raw(app, 'quarantine'),
};

async function syncCourse({ engine }: App): Promise<void> {
  const { source } = engine.openSource('openedx');
  const page = await source.catalog?.page(undefined, { signal: new AbortController().signal });
  const courseId = page?.rows[0]?.key;
  const options = { trigger: 'cli', mode: 'full', request: { courseId } } as const;
  const { runId } = await startRun(engine, catalog, options);
  const { state } = await workRun(engine, runId, new AbortController().signal);
  if (state !== 'succeeded') throw new Error(`${runId} ended ${state}`);
}

/** What one such question costs with nothing around it. */
async function raw({ storage }: App, name: 'runs' | 'inbox' | 'quarantine'): Promise<void> {
  for await (const _ of queryRows(storage.table(name), { pageSize: 51, pages: 1 })) continue;
}

interface Took {
  readonly ms: number;
  readonly calls: number;
}

export type Report = (what: string, measured: string, target: string) => void;

/** Each page, route and timer with a store full of history, as a ratio to the same store when it held a page of each. */
export async function history(report: Report): Promise<void> {
  const servers = await startServers({
    openEdx: { ...quiet(0), courses: 60, learners: 20, grades: 200 },
    khalibre: { ...quiet(0), courses: 10, learners: 20 },
    ldServices: quiet(0),
  });
  Object.assign(process.env, servers.env);
  const asked = countStorageOperations(servers.env.AzureWebJobsStorage ?? '');
  const took = async (work: () => Promise<unknown>): Promise<Took> => {
    const [start, before] = [performance.now(), asked().table ?? 0];
    await work();
    return { ms: performance.now() - start, calls: (asked().table ?? 0) - before };
  };
  const median = async (work: () => Promise<unknown>): Promise<Took> => {
    const all: Took[] = [];
    for (let i = 0; i < times; i++) all.push(await took(work));
    return all.sort((a, b) => a.ms - b.ms)[Math.floor(times / 2)] as Took;
  };
  try {
    const app = await getApp();
    await app.storage.prepare();
    for (const feed of feeds) {
      const { runId } = await startRun(app.engine, feed, { trigger: 'cli' });
      await workRun(app.engine, runId, new AbortController().signal);
    }
    const all = async (): Promise<Map<string, Took>> => {
      const found = new Map<string, Took>();
      for (const [what, step] of Object.entries(steps)) found.set(what, await median(() => step(app)));
      return found;
    };
    const empty = await all();
    const purgeOfNothing = await took(() => purge(app.engine, retentionDays));
    await fillAll(app, aPage);
    const page = await all();
    const filled = await took(() => fillAll(app, amounts));
    console.log(`  filled in ${(filled.ms / 1000).toFixed(0)} s`);
    const full = await all();
    for (const [what, spent] of full)
      report(what, ratios(spent, page.get(what) as Took, empty.get(what) as Took), '≤ 2×');
    const night = await took(() => purge(app.engine, retentionDays));
    report("purge of a night's share", ratios(night, purgeOfNothing, purgeOfNothing), '≤ 60 s');
  } finally {
    await servers.stop();
  }
}

const ratios = (full: Took, page: Took, empty: Took): string =>
  `${(full.ms / page.ms).toFixed(1)}× (${ms(full)}; a page of each ${ms(page)}, empty ${ms(empty)}); storage calls ${full.calls}, ${page.calls}, ${empty.calls}`;

const ms = (took: Took): string => `${took.ms.toFixed(0)} ms`;

async function fillAll({ storage }: App, { runs, events, quarantined }: typeof amounts): Promise<void> {
  const now = Date.now();
  const spread = (howMany: number) => (i: number) => now - Math.round(((i + 1) / (howMany + 1)) * spreadMs);
  const at = spread(runs);
  await fillRuns(
    storage,
    Array.from({ length: runs }, (_, i) =>
      oldRun(feeds[i % feeds.length] ?? catalog, at(i), i % 50 === 0 ? 'failed' : 'succeeded'),
    ),
  );
  const shares = [0.6, 0.4].map((share) => Math.round(events * share));
  for (const [i, source] of ['khalibre', 'openedx'].entries())
    await fillEvents(storage, source, shares[i] ?? 0, spread(shares[i] ?? 0), {
      state: (n) => (n % 5_000 === 7 ? 'dead' : 'applied'),
    });
  await fillQuarantine(storage, catalog, quarantined / 2, spread(quarantined / 2));
  await fillQuarantine(storage, consumption, quarantined / 2, spread(quarantined / 2));
}
