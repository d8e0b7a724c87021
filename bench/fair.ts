import { setTimeout as sleep } from 'node:timers/promises';
import { BenchHost } from './host';
import { type Env, quiet, scanEnv, startServers } from './world';

type Report = (what: string, measured: string, target: string) => void;

/** Large windows behind a second a call, and a small Khalibre at 50 ms. */
const world = {
  openEdx: {
    ...quiet(1_000),
    courses: 50,
    grades: 100_000,
    learners: 1_500,
    gradesFrom: Date.UTC(2012, 0, 1),
  },
  khalibre: { ...quiet(50), courses: 30, learners: 120, coursesPerLearner: 10, webhook: undefined },
  ldServices: quiet(50),
};

/** A second source at the same server, with places and calls of its own. */
function twice(env: Env): Env {
  const copy = Object.entries(env)
    .filter(([name]) => name.startsWith('LMS__openedx__'))
    .map(([name, value]) => [name.replace('openedx', 'openedx2'), value]);
  return {
    ...env,
    ...(Object.fromEntries(copy) as Env),
    ...scanEnv,
    LMS__openedx2__sourceSystemId: '26',
    LMS_SOURCES: 'openedx,openedx2,khalibre',
  };
}

/** What a small run, a small scan and a webhook take beside two slow sources, against what they take alone. */
export async function besideSlowOnes(report: Report): Promise<void> {
  const servers = await startServers(world);
  const host = await BenchHost.open(twice(servers.env));
  const small = async () => ({
    catalog: (await host.sync('khalibre', 'catalog', { mode: 'full' })).seconds,
    scan: (await host.sync('khalibre', 'consumption', { mode: 'full' })).seconds,
  });
  try {
    await small();
    const alone = await small();
    const slow = [await host.start('openedx', 'consumption'), await host.start('openedx2', 'consumption')];
    await sleep(5_000);
    const beside = await small();
    const event = await host.webhook('khalibre', { eventType: 'course.updated', courseId: 1 });
    for (const runId of slow) await host.expectOpen(runId);
    const ratio = (what: 'catalog' | 'scan'): string =>
      `${(beside[what] / alone[what]).toFixed(2)}× (${beside[what].toFixed(2)} s, alone ${alone[what].toFixed(2)} s)`;
    report('a catalog of 30 courses beside two sources at 1 s a call', ratio('catalog'), '≤ 2×');
    report('a scan of 30 courses beside them', ratio('scan'), '≤ 2×');
    report('a webhook beside them, from its answer to its end', `${event.toFixed(2)} s`, '≤ 5 s');
  } finally {
    await host.end();
    await servers.stop();
  }
}
