import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { throughHost } from './through-host';

/*
 * What docs/deploy.md works costs out from: storage operations and memory of a run of a windowed feed, with as many
 * places for workers as a source has and with as many as an instance has, and of a scan, the first and an unchanged one.
 */
const rows = Number(process.env.BENCH_ROWS ?? 1_000_000);
const courses = Number(process.env.BENCH_COURSES ?? 2_000);

type Settings = Record<string, string>;

/** Starts servers with so much in them, lends them to what measures, and stops them. */
async function withServers(
  contents: Record<string, number>,
  work: (settings: Settings) => unknown,
): Promise<void> {
  const env = Object.fromEntries(Object.entries(contents).map(([name, value]) => [name, String(value)]));
  const servers = spawn(process.execPath, ['--max-old-space-size=6000', join(__dirname, 'servers.js')], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(servers.stdout, 'data')) as [Buffer];
  await work(JSON.parse(line.toString()) as Settings);
  servers.kill('SIGTERM');
  await once(servers, 'exit');
}

/** One run in a process of its own. */
function alone(name: string, settings: Settings): void {
  const out = execFileSync(process.execPath, [join(__dirname, 'measure.js'), 'bridge'], {
    env: { ...process.env, BENCH_SETTINGS: JSON.stringify(settings) },
  });
  const { seconds, peakMiB, storage } = JSON.parse(out.toString().trim().split('\n').at(-1) ?? '') as {
    seconds: number;
    peakMiB: number;
    storage: Record<string, number>;
  };
  print(name, storage.table ?? 0, storage.queue ?? 0, peakMiB, seconds);
}

async function inHost(name: string, settings: Settings): Promise<void> {
  const { peakMiB, seconds } = await throughHost(settings);
  print(`${name}, through the local host`, '', '', peakMiB, seconds);
}

const print = (
  name: string,
  table: number | '',
  queue: number | '',
  peakMiB: number,
  seconds: number,
): void =>
  console.log(`| ${name} | ${table} | ${queue} | ${peakMiB.toFixed(0)} MiB | ${seconds.toFixed(1)} s |`);

async function main(): Promise<void> {
  console.log(
    '| run | table operations | queue operations | peak memory | time |\n| --- | --- | --- | --- | --- |',
  );
  const twelve = { LMS__openedx__parallelSlices: '12' };
  for (const [name, more] of [
    [`${rows} rows, 4 places`, {}],
    [`${rows} rows, 12 places`, twelve],
  ] as const) {
    await withServers({ ROWS: rows }, (settings) => alone(name, { ...settings, ...more }));
    await withServers({ ROWS: rows }, (settings) => inHost(name, { ...settings, ...more }));
  }
  await withServers({ ROWS: 350 }, (settings) => alone('350 rows', settings));
  await withServers({ ROWS: 5_000, COURSES: courses }, (settings) => {
    const scan = { ...settings, LMS__openedx__grades: 'courses' };
    alone(`${courses} courses`, scan);
    alone(`${courses} courses, unchanged`, scan);
  });
}

void main();
