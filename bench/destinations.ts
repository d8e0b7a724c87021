import { destinationKinds } from '../src/lib/destinations/registry';
import { BenchHost } from './host';
import { alone, type Env, gradesToMany, startServers } from './world';

interface Destination {
  readonly id: string;
  /** The plain loop; see measure.ts. */
  readonly loop: string;
  /** The setting that holds its address. */
  readonly at: string;
  /** Takes results only of courses that it has. */
  readonly coursesFirst?: true;
}

/** By kind. */
const destinations: Readonly<Record<string, Destination>> = {
  'ld-services': { id: 'ld', loop: 'grades', at: 'LD__baseUrl' },
  'signed-webhook': { id: 'webhook', loop: 'grades-webhook', at: 'DEST__webhook__url' },
  xapi: { id: 'lrs', loop: 'grades-lrs', at: 'DEST__lrs__baseUrl' },
  'viva-learning': { id: 'viva', loop: 'grades-viva', at: 'DEST__viva__baseUrl', coursesFirst: true },
};

/** Calls that a pocket server was asked for, tokens too. */
async function callsOf(address: string): Promise<number> {
  const answer = await fetch(`${new URL(address).origin}/_sandbox`);
  const { requests } = (await answer.json()) as { requests: { total: number } };
  return requests.total;
}

interface Way {
  readonly rowsPerSecond: number;
  readonly callsPerRow: number;
}

const inWords = ({ rowsPerSecond, callsPerRow }: Way): string =>
  `${Math.round(rowsPerSecond).toLocaleString('en')} rows/s with ${callsPerRow.toFixed(4)} calls a row`;

/** The same grades to each kind of destination, each against a plain loop. */
export async function toDestinations(
  rows: number,
  latencyMs: number,
  report: (what: string, measured: string, target: string) => void,
): Promise<void> {
  for (const kind of Object.keys(destinationKinds)) {
    const to = destinations[kind];
    if (!to) {
      report(`${rows} grades to \`${kind}\``, 'not measured', 'no loop yet');
      continue;
    }
    const { plain, bridge } = await both(rows, latencyMs, to);
    const ratio = plain.rowsPerSecond / bridge.rowsPerSecond;
    report(
      `${rows} grades to \`${kind}\`, ${latencyMs} ms a call`,
      `${ratio.toFixed(2)}× (${inWords(bridge)}; loop ${inWords(plain)})`,
      '≤ 1.5×',
    );
  }
}

async function both(rows: number, latencyMs: number, { id, loop, at, coursesFirst }: Destination) {
  const servers = await startServers(gradesToMany(rows, latencyMs));
  const { env } = servers;
  const counting = async (work: () => Promise<number>): Promise<Way> => {
    const before = await callsOf(addressOf(env, at));
    const seconds = await work();
    const calls = (await callsOf(addressOf(env, at))) - before;
    return { rowsPerSecond: rows / seconds, callsPerRow: calls / rows };
  };
  const host = await BenchHost.open(env);
  try {
    if (coursesFirst) await host.sync('openedx', 'catalog', { destination: id });
    const plain = await counting(async () => (await alone(loop, env)).seconds);
    const bridge = await counting(async () => {
      const { run, seconds } = await host.sync('openedx', 'consumption', { destination: id });
      if (run.counts.sent !== rows) throw new Error(`${run.counts.sent} of ${rows} were sent`);
      return seconds;
    });
    return { plain, bridge };
  } finally {
    await host.end();
    await servers.stop();
  }
}

const addressOf = (env: Env, setting: string): string => env[setting] ?? '';
