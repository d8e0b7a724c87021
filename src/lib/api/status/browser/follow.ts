import { api, part } from './call';
import { key } from './key';
import { patch } from './patch';
import { everyMs } from './refresh';

const lookAgainMs = 1500;
const mostFailures = 100;
const watched = new Set<string>();

/** Shows runs as they go on. Where results have no place on the page, one run is followed on its own. */
export function follow(runs: readonly { readonly runId: string }[]): void {
  const results = document.getElementById('results');
  if (results) for (const { runId } of [...runs].reverse()) watch(runId, results);
  else if (runs[0] && runs.length === 1) {
    const code = key ? `?code=${encodeURIComponent(key)}` : '';
    location.assign(`${api}status/runs/${encodeURIComponent(runs[0].runId)}${code}`);
  }
}

function watch(runId: string, results: HTMLElement): void {
  if (watched.has(runId)) return;
  watched.add(runId);
  let failures = 0;
  const slot = document.createElement('article');
  slot.id = `result-${runId}`;
  results.prepend(slot);
  const look = async (): Promise<void> => {
    try {
      const now = (await part('run', runId)).querySelector('article') as HTMLElement;
      failures = 0;
      patch(slot, now);
      if (now.getAttribute('data-ended') === 'no') setTimeout(() => void look(), lookAgainMs);
    } catch {
      if (++failures < mostFailures) setTimeout(() => void look(), everyMs());
    }
  };
  void look();
}
