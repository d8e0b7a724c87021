import { createApp } from '../src/lib/app';
import type { FeedKind } from '../src/lib/domain/feed';
import { startRun } from '../src/lib/sync/run/start';
import { workRun } from '../src/lib/sync/run/work-run';
import { plainViva } from './plain-viva';
import { plainLrs, plainWebhook } from './plain-destinations';
import { plainCatalog, plainGrades, plainScan } from './plain';
import { countStorageOperations } from './storage-operations';

type Env = Record<string, string>;

/** The engine in this process, without a host. */
async function engine(env: Env, source: string, kind: FeedKind): Promise<number> {
  const app = createApp(env);
  await app.storage.prepare();
  const { runId } = await startRun(app.engine, { source, kind, destination: 'ld' }, { trigger: 'cli' });
  const run = await workRun(app.engine, runId, new AbortController().signal);
  if (run.state !== 'succeeded') throw new Error(`the run ended ${run.state}: ${run.error}`);
  return run.counts.read;
}

/** One way of carrying something over, in a process of its own. */
const ways: Record<string, (env: Env) => Promise<number>> = {
  grades: plainGrades,
  scan: plainScan,
  catalog: plainCatalog,
  'grades-lrs': plainLrs,
  'grades-webhook': plainWebhook,
  'grades-viva': plainViva,
  'engine-grades': (env) => engine(env, 'openedx', 'consumption'),
  'engine-scan': (env) => engine(env, 'khalibre', 'consumption'),
};

/** Prints rows, seconds, peak memory and what storage was asked, as JSON. */
async function main(): Promise<void> {
  const way = ways[process.argv[2] ?? ''];
  if (!way) throw new Error(`measure one of ${Object.keys(ways).join(', ')}`);
  const env = JSON.parse(process.env.BENCH_SETTINGS ?? '{}') as Env;
  const storage = countStorageOperations(env.AzureWebJobsStorage ?? '');
  const start = performance.now();
  const rows = await way(env);
  const seconds = (performance.now() - start) / 1000;
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ rows, seconds, peakMiB, storage: storage() }));
  process.exit(0);
}

void main();
