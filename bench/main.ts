import { setTimeout as sleep } from 'node:timers/promises';
import type { SandboxOptions } from '../sandbox/sandbox';
import { toDestinations } from './destinations';
import { besideSlowOnes } from './fair';
import { history } from './history';
import { BenchHost } from './host';
import { twoHosts } from './two-hosts';
import { alone, type Env, grades, quiet, scan, scanEnv, startServers } from './world';

/*
 * What a sync takes on the way that a deployed one goes (HTTP, host, queues, storage), against a plain loop that reads
 * and posts the same with as many calls in flight, and does nothing else. Both meet the same servers, one after the
 * other. Storage is an emulator, which runs on the same cores.
 */

type Loop = 'grades' | 'scan' | 'catalog';
const lines: string[] = [];
function report(what: string, measured: string, target: string): void {
  console.log(`  ${what}: ${measured} (${target})`);
  lines.push(`| ${what} | ${measured} | ${target} |`);
}

const seconds = (n: number): string => `${n.toFixed(2)} s`;

interface Case {
  readonly what: string;
  readonly loop: Loop;
  readonly source: string;
  readonly kind: string;
  readonly target: string;
  readonly world: SandboxOptions;
  readonly env?: Env;
  /** Also a second sync, that finds nothing changed. */
  readonly again?: boolean;
  readonly memory?: boolean;
}

async function against({ what, loop: name, source, kind, target, world, env: more, again, memory }: Case) {
  const servers = await startServers(world);
  const env = { ...servers.env, ...more };
  const host = await BenchHost.open(env);
  try {
    const plain = await alone(name, env);
    await servers.gap();
    const first = await host.sync(source, kind);
    const gap = await servers.gap();
    const figures = (s: number): string =>
      `${(s / plain.seconds).toFixed(2)}× (${seconds(s)}, loop ${seconds(plain.seconds)})`;
    report(`${what}, ${first.run.counts.sent} sent`, figures(first.seconds), target);
    report('longest time without a call, the same', `${gap.toFixed(0)} ms`, '≤ 200 ms');
    if (memory)
      report(
        'memory, the same',
        `${(host.peakMiB / plain.peakMiB).toFixed(2)}× (${host.peakMiB.toFixed(0)} MiB, loop ${plain.peakMiB.toFixed(0)} MiB)`,
        '≤ 1.3×',
      );
    if (again) {
      const second = await host.sync(source, kind);
      report(`${what}, ${second.run.counts.unchanged} unchanged`, figures(second.seconds), target);
    }
  } finally {
    await host.end();
    await servers.stop();
  }
}

/** What storage is asked, per course, by a scan that finds nothing changed. */
async function storageCalls(courses: number): Promise<void> {
  const servers = await startServers(scan(courses, 0));
  const env = { ...servers.env, ...scanEnv };
  try {
    const first = await alone('engine-scan', env);
    report('storage calls per new course', perCourse(first.storage.table, courses), 'no target');
    const second = await alone('engine-scan', env);
    report('storage calls per unchanged course', perCourse(second.storage.table, courses), '1 at the most');
  } finally {
    await servers.stop();
  }
}

const perCourse = (calls = NaN, courses = 1): string => (calls / courses).toFixed(2);

/** From the asking to the end of a run that finds one changed grade. */
async function oneChange(): Promise<void> {
  const servers = await startServers(grades(1_000, 50));
  const host = await BenchHost.open(servers.env);
  try {
    await host.sync('openedx', 'consumption');
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      await sleep(6_000);
      servers.child.send('change');
      await sleep(1_100);
      times.push((await host.sync('openedx', 'consumption')).seconds);
    }
    const median = times.sort((a, b) => a - b)[2] ?? NaN;
    report('one changed grade, /resync to the end, median of 5', seconds(median), '≤ 1 s');
  } finally {
    await host.end();
    await servers.stop();
  }
}

const million = Number(process.env.BENCH_ROWS ?? 1_000_000);
const open = { source: 'openedx', kind: 'consumption', loop: 'grades' } as const;
const khalibre = {
  source: 'khalibre',
  kind: 'consumption',
  loop: 'scan',
  env: scanEnv,
  again: true,
} as const;
const cases: Record<string, () => Promise<void>> = {
  change: oneChange,
  history: () => history(report),
  calls: () => storageCalls(300),
  scan300: () => against({ ...khalibre, what: '300 courses, 50 ms', target: '≤ 1.5×', world: scan(300, 50) }),
  scan3000: () =>
    against({ ...khalibre, what: '3,000 courses, 50 ms', target: '≤ 1.5×', world: scan(3_000, 50) }),
  catalog: () =>
    against({
      what: 'catalog of 10,000 courses, 50 ms',
      target: '≤ 1.5×',
      source: 'openedx',
      kind: 'catalog',
      loop: 'catalog',
      again: true,
      world: {
        openEdx: { ...quiet(50), courses: 10_000, learners: 1, grades: 1 },
        ldServices: quiet(50),
      },
    }),
  fair: () => besideSlowOnes(report),
  hosts: () => twoHosts(report),
  destinations: () => toDestinations(million / 50, 50, report),
  slow: () =>
    against({
      ...open,
      what: `${million / 10} grades, 50 ms`,
      target: '≤ 1.15×',
      world: grades(million / 10, 50),
    }),
  small: () =>
    against({
      ...open,
      what: `${million / 10} grades, 0 ms`,
      target: '≤ 2.0×',
      world: grades(million / 10, 0),
    }),
  large: () =>
    against({
      ...open,
      what: `${million} grades, 0 ms`,
      target: '≤ 1.7×',
      world: grades(million, 0),
      memory: true,
    }),
};

/** Measures what is named on the command line, or all. */
async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  for (const name of asked.length > 0 ? asked : Object.keys(cases)) {
    console.log(name);
    await cases[name]?.();
  }
  console.log('\n| what | measured | target |\n| --- | --- | --- |');
  console.log(lines.join('\n'));
}

void main();
