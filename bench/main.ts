import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';

interface Measured {
  readonly rows: number;
  readonly seconds: number;
  readonly peakMiB: number;
}

const run = promisify(execFile);

/** Starts servers with so many rows and such a latency, and measures each way against them, each in a process. */
async function against(
  rows: number,
  latencyMs: number,
  ways: readonly string[],
): Promise<Record<string, Measured>> {
  const servers = spawn(process.execPath, ['--max-old-space-size=6000', join(__dirname, 'servers.js')], {
    env: { ...process.env, ROWS: String(rows), LATENCY_MS: String(latencyMs) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(servers.stdout, 'data')) as [Buffer];
  const env = { ...process.env, BENCH_SETTINGS: line.toString() };
  const measured: Record<string, Measured> = {};
  try {
    for (const way of ways) {
      const { stdout } = await run(process.execPath, [join(__dirname, 'measure.js'), way], { env });
      measured[way] = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Measured;
      const { rows: n, seconds, peakMiB } = measured[way];
      console.log(
        `  ${way.padEnd(7)} ${String(n).padStart(9)} rows  ${seconds.toFixed(2).padStart(8)} s  ${peakMiB.toFixed(0).padStart(5)} MiB`,
      );
    }
  } finally {
    servers.kill('SIGTERM');
    await once(servers, 'exit');
  }
  return measured;
}

const ratio = (a: number | undefined, b: number | undefined): string => ((a ?? NaN) / (b ?? NaN)).toFixed(2);

async function main(): Promise<void> {
  const million = Number(process.env.BENCH_ROWS ?? 1_000_000);
  console.log(`${million} rows, no latency`);
  const large = await against(million, 0, ['floor', 'bridge']);
  console.log(`${million / 10} rows, no latency`);
  const small = await against(million / 10, 0, ['floor', 'bridge']);
  console.log('2000 rows for the naive script, 50 ms a call');
  const naive = await against(2_000, 50, ['naive']);
  console.log('100000 rows, 50 ms a call');
  const slow = await against(100_000, 50, ['bridge']);

  const perRow = (m: Measured | undefined): number => (m ? m.seconds / m.rows : NaN);
  console.log('\n| what | measured | target |\n| --- | --- | --- |');
  console.log(
    `| time, against the floor | ${ratio(large.bridge?.seconds, large.floor?.seconds)}× | ≤ 1.6× |`,
  );
  console.log(
    `| peak memory, against the floor | ${ratio(large.bridge?.peakMiB, large.floor?.peakMiB)}× | ≤ 1.3× |`,
  );
  console.log(
    `| ten times the rows take | ${ratio(large.bridge?.seconds, small.bridge?.seconds)}× the time | ≤ 11× |`,
  );
  console.log(
    `| at 50 ms a call, against the naive script | ${ratio(perRow(naive.naive), perRow(slow.bridge))}× as fast | ≥ 100× |`,
  );
}

void main();
