import { createApp } from '../src/lib/app';
import { startRun } from '../src/lib/sync/start';
import { workRun } from '../src/lib/sync/work-run';
import { plain } from './plain';
import { countStorageOperations } from './storage-operations';

/** One way of carrying all results over; prints rows, seconds and peak memory as JSON. */
const ways: Record<string, (env: Record<string, string>) => Promise<number>> = {
  /** undici, parse, map, post: what no sync can be faster than. 8 pages and 4 POSTs in flight, as LMS Bridge has. */
  async floor(env) {
    const { grades, post } = await plain(env);
    const first = await grades(1, 100);
    let rows = 0;
    let waiting: typeof first.rows = [];
    const posts = new Set<Promise<void>>();
    const send = async (batch: typeof first.rows): Promise<void> => {
      while (posts.size >= 4) await Promise.race(posts);
      const sending: Promise<void> = post(batch).finally(() => posts.delete(sending));
      posts.add(sending);
    };
    const take = async (page: typeof first.rows): Promise<void> => {
      rows += page.length;
      waiting.push(...page);
      if (waiting.length < 500) return;
      const batch = waiting;
      waiting = [];
      await send(batch);
    };
    await take(first.rows);
    let next = 2;
    const reader = async (): Promise<void> => {
      while (next <= first.pages) await take((await grades(next++, 100)).rows);
    };
    await Promise.all(Array.from({ length: 8 }, reader));
    if (waiting.length > 0) await send(waiting);
    await Promise.all(posts);
    return rows;
  },

  /** The script that LMS Bridge replaces: pages of 10, one call after another, one POST a page. */
  async naive(env) {
    const { grades, post } = await plain(env);
    let rows = 0;
    for (let page = 1, pages = 1; page <= pages; page++) {
      const answer = await grades(page, 10);
      pages = answer.pages;
      rows += answer.rows.length;
      await post(answer.rows);
    }
    return rows;
  },

  /** LMS Bridge, storage included: plan, slices, watermark. */
  async bridge(env) {
    const app = createApp(env);
    await app.storage.prepare();
    const { runId } = await startRun(
      app.engine,
      { source: 'openedx', kind: 'consumption', destination: 'ld' },
      { trigger: 'cli' },
    );
    const run = await workRun(app.engine, runId, new AbortController().signal);
    if (run.state !== 'succeeded') throw new Error(`the run ended ${run.state}: ${run.error}`);
    return run.counts.sent;
  },
};

async function main(): Promise<void> {
  const way = ways[process.argv[2] ?? ''];
  if (!way) throw new Error(`measure one of ${Object.keys(ways).join(', ')}`);
  const env = JSON.parse(process.env.BENCH_SETTINGS ?? '{}') as Record<string, string>;
  const storage = countStorageOperations(env.AzureWebJobsStorage ?? '');
  const start = performance.now();
  const rows = await way(env);
  const seconds = (performance.now() - start) / 1000;
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ rows, seconds, peakMiB, storage: storage() }));
  process.exit(0);
}

void main();
