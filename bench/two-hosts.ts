import { availableParallelism } from 'node:os';
import { BenchHost } from './host';
import { grades, startServers } from './world';

type Report = (what: string, measured: string, target: string) => void;

/** What two hosts gain over one, where the source allows 16 calls in flight. */
export async function twoHosts(report: Report): Promise<void> {
  const slow = await gain(20_000, 200);
  report('20,000 grades, 200 ms a call: one host’s time over that of two', slow, 'equal');
  const cores = `${availableParallelism()} cores for servers, storage and hosts`;
  report(`100,000 grades, 0 ms: the same (${cores})`, await gain(100_000, 0), '≥ 1.7×');
}

async function gain(rows: number, latencyMs: number): Promise<string> {
  const one = await secondsOf(1, rows, latencyMs);
  const two = await secondsOf(2, rows, latencyMs);
  return `${(one / two).toFixed(2)}× (${one.toFixed(2)} s, ${two.toFixed(2)} s)`;
}

async function secondsOf(howMany: number, rows: number, latencyMs: number): Promise<number> {
  const servers = await startServers(grades(rows, latencyMs));
  const env = { ...servers.env, LMS__openedx__concurrency: '16', LMS__openedx__parallelSlices: '8' };
  const hosts = await Promise.all(Array.from({ length: howMany }, () => BenchHost.open(env)));
  try {
    const [host] = hosts;
    if (!host) throw new Error('No host');
    return (await host.sync('openedx', 'consumption')).seconds;
  } finally {
    await Promise.all(hosts.map((host) => host.end()));
    await servers.stop();
  }
}
