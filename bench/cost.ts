import { BenchHost } from './host';
import { alone, type Env, grades, scan, scanEnv, startServers } from './world';

/*
 * What docs/deploy.md works costs out from: storage operations and memory of a run of a windowed feed, with as many
 * places for workers as a source has and with as many as an instance has, and of a scan, the first and an unchanged one.
 */
const rows = Number(process.env.BENCH_ROWS ?? 1_000_000);
const courses = Number(process.env.BENCH_COURSES ?? 2_000);

async function inProcess(name: string, way: string, env: Env): Promise<void> {
  const { storage, peakMiB, seconds } = await alone(way, env);
  print(name, storage.table ?? 0, storage.queue ?? 0, peakMiB, seconds);
}

async function inHost(name: string, env: Env): Promise<void> {
  const host = await BenchHost.open(env);
  try {
    const { seconds } = await host.sync('openedx', 'consumption');
    print(`${name}, through the local host`, '', '', host.peakMiB, seconds);
  } finally {
    await host.end();
  }
}

const print = (
  name: string,
  table: number | '',
  queue: number | '',
  peakMiB: number,
  seconds: number,
): void =>
  console.log(`| ${name} | ${table} | ${queue} | ${peakMiB.toFixed(0)} MiB | ${seconds.toFixed(1)} s |`);

async function withServers(world: Parameters<typeof startServers>[0], work: (env: Env) => Promise<void>) {
  const servers = await startServers(world);
  await work(servers.env).finally(() => servers.stop());
}

async function main(): Promise<void> {
  console.log(
    '| run | table operations | queue operations | peak memory | time |\n| --- | --- | --- | --- | --- |',
  );
  for (const places of ['4', '12']) {
    const more = { LMS__openedx__parallelSlices: places };
    const name = `${rows} rows, ${places} places`;
    await withServers(grades(rows, 0), (env) => inProcess(name, 'engine-grades', { ...env, ...more }));
    await withServers(grades(rows, 0), (env) => inHost(name, { ...env, ...more }));
  }
  await withServers(grades(350, 0), (env) => inProcess('350 rows', 'engine-grades', env));
  await withServers(scan(courses, 0), async (env) => {
    await inProcess(`${courses} courses`, 'engine-scan', { ...env, ...scanEnv });
    await inProcess(`${courses} courses, unchanged`, 'engine-scan', { ...env, ...scanEnv });
  });
}

void main();
