import { setTimeout as sleep } from 'node:timers/promises';
import { pathTo } from '../src/lib/api/operations/operation';
import { runOperations } from '../src/lib/api/operations/runs';
import { towards } from '../src/lib/domain/feed';

/** What of a run is shown here. */
interface RunShown {
  readonly runId: string;
  readonly source: string;
  readonly kind: 'catalog' | 'consumption';
  readonly destination: string;
  readonly state: string;
  readonly counts: { read: number; sent: number; unchanged: number; skipped: number; quarantined: number };
  readonly slices: { total: number; done: number; failed: number };
  readonly error?: string;
}

export interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/**
 * Syncs everything once through the host's own API, and tells how it goes.
 * @param url of the host. @returns whether all went well. @throws Error in one sentence when the host refuses.
 */
export async function firstRuns(url: string, screen: Screen, signal: AbortSignal): Promise<boolean> {
  // Some destinations take results of courses alone that they have.
  const ended = [
    ...(await syncAll(url, 'catalog', screen, signal)),
    ...(await syncAll(url, 'consumption', screen, signal)),
  ];
  for (const destination of new Set(ended.map((run) => run.destination))) {
    screen.write(`\nTo ${destination}:\n`);
    for (const run of ended.filter((one) => one.destination === destination))
      screen.write(`  ${inWords(run)}\n`);
  }
  screen.write('\n');
  const watermarks = await fetch(`${url}/api/${pathTo(runOperations.listWatermarks)}`, { signal });
  const { watermarks: all } = (await watermarks.json()) as {
    watermarks: { source: string; destination: string; value: string }[];
  };
  for (const { source, destination, value } of all)
    screen.write(`${source}${towards(destination)}: the watermark is now at ${value}.\n`);
  return ended.every((run) => run.state === 'succeeded');
}

async function syncAll(
  url: string,
  kind: RunShown['kind'],
  screen: Screen,
  signal: AbortSignal,
): Promise<RunShown[]> {
  const body = JSON.stringify({ kind });
  const answer = await fetch(`${url}/api/${pathTo(runOperations.resync)}`, { method: 'POST', body, signal });
  const started = (await answer.json()) as { runs?: { runId: string; url: string }[]; detail?: string };
  if (!started.runs)
    throw new Error(`The first sync could not be started: ${started.detail ?? answer.status}`);
  return Promise.all(started.runs.map((run) => watch(run.url, screen, signal)));
}

async function watch(url: string, screen: Screen, signal: AbortSignal): Promise<RunShown> {
  let shown = '';
  for (;;) {
    const run = (await (await fetch(url, { signal })).json()) as RunShown;
    const line = progressLine(run);
    if (line !== shown) screen.write(`  ${line}\n`);
    shown = line;
    if (run.state !== 'waiting' && run.state !== 'running') return run;
    await sleep(500, undefined, { signal });
  }
}

function progressLine({ source, kind, destination, state, counts, slices }: RunShown): string {
  const done = slices.total > 0 ? `, ${slices.done + slices.failed} of ${slices.total} slices` : '';
  return `${`${source} ${kind}${towards(destination)}`.padEnd(36)} ${state.padEnd(9)} ${String(counts.read).padStart(6)} read${done}`;
}

function inWords({ source, kind, state, counts, error }: RunShown): string {
  const what = kind === 'catalog' ? ['course', 'courses', 'created'] : ['result', 'results', 'delivered'];
  const noun = counts.sent === 1 ? what[0] : what[1];
  const rest = [
    counts.unchanged > 0 ? `${counts.unchanged} unchanged` : '',
    counts.skipped > 0 ? `${counts.skipped} skipped` : '',
    counts.quarantined > 0 ? `${counts.quarantined} in quarantine` : '',
  ].filter(Boolean);
  const more = rest.length > 0 ? ` (${rest.join(', ')})` : '';
  const why = error ? ` The ${kind} run ended ${state}: ${error}.` : '';
  return `${source}: ${counts.sent} ${noun} ${what[2]}${more}.${why}`;
}
