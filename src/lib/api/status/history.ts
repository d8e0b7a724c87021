import { type Feed, feedName } from '../../domain/feed';
import { isEnded, type Run } from '../../domain/run';
import type { RunStore } from '../../store/runs';

/** A feed's runs, newest first, and the dry run that came after all of them. */
export interface FeedRuns {
  readonly runs: readonly Run[];
  readonly dryRun: Run | undefined;
}

/** How many runs of a feed are drawn. */
export const drawn = 30;
const newestRead = 60;
/** Dry runs among them are passed over, but not without end. */
const mostLooked = 10 * drawn;
const goodForMs = 5 * 60_000;

/**
 * The latest runs of each feed; dry runs say nothing of how it is. Reading all runs at every look would cost more each day, and a run that ended does
 * not change: so a feed's older runs are read now and then, and only the newest of all runs each time.
 */
export class RunHistory {
  readonly #known = new Map<string, { runs: readonly Run[]; readAt: number }>();

  constructor(
    private readonly runs: RunStore,
    private readonly now: () => number,
  ) {}

  /** @returns what was asked for by `feedName`, and the newest runs of all, dry runs too. */
  async read(
    feeds: readonly Feed[],
  ): Promise<{ newest: readonly Run[]; byFeed: ReadonlyMap<string, FeedRuns> }> {
    const newest: Run[] = [];
    for await (const run of this.runs.list({ pageSize: newestRead })) {
      newest.push(run);
      if (newest.length >= newestRead) break;
    }
    const byFeed = new Map<string, FeedRuns>();
    for (const feed of feeds) {
      const all = newest.filter((run) => feedName(run) === feedName(feed));
      const fresh = all.filter(({ dryRun }) => !dryRun);
      const runs = await this.#withOlder(feed, fresh, newest.length < newestRead);
      byFeed.set(feedName(feed), { runs, dryRun: all[0]?.dryRun ? all[0] : undefined });
    }
    return { newest, byFeed };
  }

  async #withOlder(feed: Feed, fresh: readonly Run[], isAll: boolean): Promise<readonly Run[]> {
    const name = feedName(feed);
    if (isAll || fresh.length >= drawn) return fresh.slice(0, drawn);
    const ids = new Set(fresh.map(({ runId }) => runId));
    let known = this.#known.get(name);
    const tooOld =
      !known ||
      this.now() - known.readAt > goodForMs ||
      known.runs.some((run) => !isEnded(run) && !ids.has(run.runId));
    if (!known || tooOld) {
      const runs: Run[] = [];
      let looked = 0;
      for await (const run of this.runs.list({ ...feed, pageSize: drawn }))
        if ((!run.dryRun && runs.push(run) >= drawn) || ++looked >= mostLooked) break;
      known = { runs, readAt: this.now() };
    }
    const merged = [...fresh, ...known.runs.filter(({ runId }) => !ids.has(runId))].slice(0, drawn);
    this.#known.set(name, { runs: merged, readAt: known.readAt });
    return merged;
  }
}
