import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const never = '0 0 2 1 1 *';

/**
 * Lets the app in the local host (its queues go by host.json) carry all results over, asked by `POST /resync`.
 * @returns the seconds until its run has ended, and the peak memory of the host's process; Linux tells it.
 */
export async function throughHost(
  settings: Readonly<Record<string, string>>,
  port = 7191,
): Promise<{ seconds: number; peakMiB: number }> {
  const timers = { CATALOG_SCHEDULE: never, CONSUMPTION_SCHEDULE: never };
  const host = spawn(process.execPath, [join(__dirname, '../local/host.js')], {
    env: { ...process.env, ...settings, ...timers, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    const api = `http://127.0.0.1:${port}/api`;
    const isUp = (): Promise<boolean> =>
      fetch(`${api}/health`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await isUp())) await sleep(200);
    const start = performance.now();
    const asked = await fetch(`${api}/resync`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ source: 'openedx', kind: 'consumption' }),
    });
    const { runs } = (await asked.json()) as { runs: { runId: string }[] };
    const read = async (): Promise<{ state: string; error?: string }> =>
      (await (await fetch(`${api}/runs/${runs[0]?.runId}`)).json()) as { state: string; error?: string };
    let run = await read();
    for (; run.state === 'running' || run.state === 'waiting'; run = await read()) await sleep(200);
    if (run.state !== 'succeeded') throw new Error(`the run ended ${run.state}: ${run.error}`);
    const seconds = (performance.now() - start) / 1000;
    const status = readFileSync(`/proc/${host.pid}/status`, 'utf8');
    return { seconds, peakMiB: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024 };
  } finally {
    host.kill('SIGTERM');
    await once(host, 'exit');
  }
}
