import type { RunState } from '../../domain/run';
import { html, type Html } from './html';
import { drawn } from './history';
import type { FeedStatus } from './shown';

const step = 5;
const base = 21;
const tallest = 19;

/**
 * A feed's latest runs, the newest at the right: a bar's height is the rows read; a failed run hangs below the line,
 * a partial one has a cap, others that sent nothing are a dot.
 */
export function sparkline(history: FeedStatus['history']): Html {
  if (history.length === 0) return html`<span class="quiet">none yet</span>`;
  const most = Math.max(1, ...history.map(({ counts }) => counts.read));
  const paths = new Map<string, string>();
  const draw = (tone: string, path: string): unknown => paths.set(tone, (paths.get(tone) ?? '') + path);
  history.forEach(({ state, counts }, i) => {
    const x = (drawn - i) * step - step / 2;
    const height = 2 + Math.round(Math.sqrt(counts.read / most) * (tallest - 2));
    if (state === 'succeeded') draw('good', `M${x} ${base}v-${height}`);
    else if (state === 'partial')
      draw('look', `M${x} ${base}v-${Math.max(2, height - 5)}M${x} ${base - height - 1}v2`);
    else if (state === 'failed') draw('bad', `M${x} ${base + 2}v7`);
    else draw(state === 'running' ? 'busy' : 'quiet', `M${x} ${base}v-2`);
  });
  const width = drawn * step;
  const label = summary(history);
  return html`
    <svg
      class="spark"
      viewBox="0 0 ${width} 31"
      width="${width}"
      height="31"
      role="img"
      aria-label="${label}"
    >
      <title>${label}</title>
      <path class="axis" d="M0 ${base + 0.5}h${width}" />
      ${[...paths].map(([tone, path]) => html`<path class="${tone}" d="${path}" />`)}
    </svg>
  `;
}

/** “Last 30 runs: 28 succeeded, 2 failed”. */
function summary(history: FeedStatus['history']): string {
  const states = new Map<RunState, number>();
  for (const { state } of history) states.set(state, (states.get(state) ?? 0) + 1);
  const parts = [...states].map(([state, n]) => `${n} ${state}`);
  return `Last ${history.length === 1 ? 'run' : `${history.length} runs`}: ${parts.join(', ')}`;
}
