import { towards } from '../lib/domain/feed';
import { isEnded, type Run } from '../lib/domain/run';
import type { RunProgress } from '../lib/sync/engine';
import { grouped, inTime } from './table';

/** Speed is that of the last so many milliseconds. */
const speedOver = 15_000;

interface Watched {
  run: Run;
  /** Rows of all its slices, when the plan says. */
  planned: number | undefined;
  readonly slices: Map<number, RunProgress>;
}

/** How far the runs of a command have come. Takes what the engine tells; gives numbers and one line. */
export class SyncProgress {
  readonly #runs = new Map<string, Watched>();
  readonly #samples: { at: number; rows: number }[] = [];
  readonly #startedAt: number;

  constructor(private readonly now: () => number) {
    this.#startedAt = now();
  }

  /** @param planned rows in all its slices, once they are known. */
  update(run: Run, planned?: number): void {
    const watched = this.#runs.get(run.runId);
    if (!watched) this.#runs.set(run.runId, { run, planned, slices: new Map() });
    else {
      watched.run = run;
      watched.planned ??= planned;
    }
  }

  page(progress: RunProgress): void {
    this.#runs.get(progress.runId)?.slices.set(progress.slice, progress);
    const at = this.now();
    this.#samples.push({ at, rows: this.#sum(({ rows }) => rows) });
    while ((this.#samples[1]?.at ?? at) < at - speedOver) this.#samples.shift();
  }

  get pages(): number {
    return this.#sum(({ pages }) => pages);
  }

  get rows(): number {
    return [...this.#runs.values()].reduce((sum, watched) => sum + rowsOf(watched), 0);
  }

  /** Over the last seconds. */
  get rowsPerSecond(): number {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (!first || !last || last.at === first.at) return 0;
    return ((last.rows - first.rows) * 1000) / (last.at - first.at);
  }

  /** 0 to 1; undefined while nobody knows how much there is. */
  get share(): number | undefined {
    const shares = [...this.#runs.values()].map(shareOf);
    const known = shares.filter((share) => share !== undefined);
    if (known.length === 0) return undefined;
    return known.reduce((sum, share) => sum + share, 0) / shares.length;
  }

  /** Milliseconds; undefined while it cannot be told. */
  get timeLeft(): number | undefined {
    const { share } = this;
    const passed = this.now() - this.#startedAt;
    if (share === undefined || share < 0.02 || passed < 2_000) return undefined;
    return (passed * (1 - share)) / share;
  }

  /** @param bar how many characters wide the bar is; 0: none. */
  line(bar = 0): string {
    const { share, timeLeft, rowsPerSecond } = this;
    const open = [...this.#runs.values()].filter(({ run }) => !isEnded(run));
    const names = open.map(({ run }) => `${run.source} ${run.kind}${towards(run.destination)}`);
    const parts = [names.length > 2 ? `${names.length} runs` : names.join(', ')];
    if (share !== undefined) parts.push(`${drawn(share, bar)}${Math.floor(share * 100)} %`);
    else parts.push(open.every(({ run }) => run.state === 'waiting') ? 'getting ready' : 'working');
    parts.push(`${grouped(this.pages)} pages`, `${grouped(this.rows)} rows`);
    if (rowsPerSecond >= 1) parts.push(`${grouped(rowsPerSecond)} rows/s`);
    if (timeLeft !== undefined) parts.push(`about ${inTime(timeLeft)} left`);
    return parts.join('  ');
  }

  #sum(number: (progress: RunProgress) => number): number {
    let sum = 0;
    for (const { slices } of this.#runs.values())
      for (const progress of slices.values()) sum += number(progress);
    return sum;
  }
}

/** Slices that others worked, or an earlier try, stand in the run's counts alone. */
const rowsOf = ({ run, slices }: Watched): number =>
  Math.max(
    run.counts.read,
    [...slices.values()].reduce((sum, { rows }) => sum + rows, 0),
  );

function shareOf(watched: Watched): number | undefined {
  const { run, planned, slices } = watched;
  if (isEnded(run)) return 1;
  if (planned) return Math.min(1, rowsOf(watched) / planned);
  const { total, done, failed } = run.slices;
  const expected = total === 1 ? [...slices.values()][0]?.expected : undefined;
  if (expected) return Math.min(1, rowsOf(watched) / expected);
  return total > 1 ? (done + failed) / total : undefined;
}

function drawn(share: number, width: number): string {
  if (width === 0) return '';
  const full = Math.round(share * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)} `;
}
