import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/*
 * What docs/deploy.md works costs out from: storage operations and memory of a run of a windowed feed, with as many
 * places for workers as a source has and with as many as an instance has, and of a scan, the first and an unchanged one.
 */
const rows = Number(process.env.BENCH_ROWS ?? 1_000_000);
const courses = Number(process.env.BENCH_COURSES ?? 2_000);

async function measure(
  servers: Record<string, number>,
  settings: Record<string, string>,
  names: readonly string[],
): Promise<void> {
  const env = Object.fromEntries(Object.entries(servers).map(([name, value]) => [name, String(value)]));
  const child = spawn(process.execPath, ['--max-old-space-size=6000', join(__dirname, 'servers.js')], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const given = { ...(JSON.parse(line.toString()) as Record<string, string>), ...settings };
  for (const name of names) {
    const out = execFileSync(process.execPath, [join(__dirname, 'measure.js'), 'bridge'], {
      env: { ...process.env, BENCH_SETTINGS: JSON.stringify(given) },
    });
    const { seconds, peakMiB, storage } = JSON.parse(out.toString().trim().split('\n').at(-1) ?? '') as {
      seconds: number;
      peakMiB: number;
      storage: Record<string, number>;
    };
    console.log(
      `| ${name} | ${storage.table ?? 0} | ${storage.queue ?? 0} | ${peakMiB.toFixed(0)} MiB | ${seconds.toFixed(1)} s |`,
    );
  }
  child.kill('SIGTERM');
  await once(child, 'exit');
}

async function main(): Promise<void> {
  console.log(
    '| run | table operations | queue operations | peak memory | time |\n| --- | --- | --- | --- | --- |',
  );
  await measure({ ROWS: rows }, {}, [`${rows} rows, 4 places`]);
  await measure({ ROWS: rows }, { LMS__openedx__parallelSlices: '12' }, [`${rows} rows, 12 places`]);
  await measure({ ROWS: 350 }, {}, ['350 rows']);
  const scan = { LMS__openedx__grades: 'courses' };
  await measure({ ROWS: 5_000, COURSES: courses }, scan, [
    `${courses} courses`,
    `${courses} courses, unchanged`,
  ]);
}

void main();
