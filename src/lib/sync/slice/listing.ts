import { type Course, courseIdFault } from '../../domain/course';
import type { Mapped } from '../../domain/mapped';
import type { ListingPoint } from '../../domain/run';
import { PayloadError } from '../../errors';
import { callsAtOnce, PagesAhead } from '../../sources/pages-ahead';
import type { CatalogFeed } from '../../sources/source';
import { readPages } from '../read-pages';
import { CatalogChanges } from './catalog-changes';
import type { SliceContext } from './context';

/** A listing that goes on later, and from where. */
export interface ListingStopped {
  readonly resume: ListingPoint;
  /** Milliseconds since 1970. */
  readonly dueAt: number;
}

/** One reading of a whole catalog against the ledger: sends what changed, and knows what is missing. */
export class Listing {
  readonly #seen = new Set<string>();
  readonly #handled = new Set<string>();
  readonly #changes: CatalogChanges;

  constructor(private readonly context: SliceContext) {
    this.#changes = new CatalogChanges(context);
  }

  /** @param resumed whether an earlier attempt has seen some courses already. */
  async begin(resumed: boolean): Promise<void> {
    const { engine, run, slice } = this.context;
    await this.#changes.load();
    if (!resumed) return;
    for (const key of await engine.runs.readSeen(run, slice.number)) {
      this.#seen.add(key);
      this.#handled.add(key);
    }
  }

  /** What needs no second look. */
  seen(): string[] {
    return [...this.#seen];
  }

  /** Courses that somebody else wrote while the listing was read. */
  conflicts(): string[] {
    return [...this.#changes.conflicts];
  }

  /** The course was looked at by itself. */
  settled(courseId: string): void {
    this.#seen.add(courseId);
    this.#changes.conflicts.delete(courseId);
  }

  /** Courses that the sink knows, was not told to be gone, and the listing does not hold. */
  missing(): string[] {
    return this.#changes.known().filter((courseId) => !this.#seen.has(courseId));
  }

  /**
   * A listing that stays shorter than it counts is noted: what it lacks is asked for one by one before it is deleted.
   * @returns where it goes on later, all before that has arrived; undefined when it was read to its end.
   */
  async readWhole(feed: CatalogFeed, resume?: ListingPoint): Promise<ListingStopped | undefined> {
    try {
      let { stopped, short } = await this.#read(feed, false, resume);
      // A course that appears or goes while the pages turn makes the first reading short by some; the second is not.
      if (short) ({ stopped, short } = await this.#read(feed, true));
      await this.#changes.drain();
      if (short)
        this.context.tally.note([
          { text: `the listing ${short}; what it lacks is asked for by itself before it is deleted` },
        ]);
      return stopped;
    } finally {
      await this.#changes.settle();
    }
  }

  /** @param again reads to the end, whatever it takes. @returns how far it got, or what it lacks. */
  async #read(
    feed: CatalogFeed,
    again: boolean,
    resume?: ListingPoint,
  ): Promise<{ readonly stopped?: ListingStopped; readonly short?: string }> {
    const { engine, run, slice, tally, signal, deadline, open } = this.context;
    using ahead = new PagesAhead(callsAtOnce(open.settings));
    const got = { pages: 0, rows: resume?.rows ?? 0, total: undefined as number | undefined, absent: false };
    const stopped = await readPages({
      page: (cursor) => feed.page(cursor, { signal, ahead }),
      onPage: async (page) => {
        got.pages++;
        got.rows += page.rows.length;
        got.total = page.total ?? got.total;
        got.absent = page.absent ?? false;
        if (!again) tally.note(page.notes);
        const { pages, rows, total: expected } = got;
        engine.onProgress?.({ runId: run.runId, slice: slice.number, pages, rows, expected });
        await this.#take(page.rows, Math.max(expected ?? 0, rows));
      },
      signal,
      from: resume?.cursor,
      stops: again ? undefined : { now: () => engine.now(), deadline },
    });
    const { rows, total, absent } = got;
    if (stopped) return { stopped: { resume: { cursor: stopped.cursor, rows }, dueAt: stopped.dueAt } };
    if (total === undefined || rows === total) return {};
    if (!absent) return rows < total ? { short: `counts ${total} courses and gave ${rows}` } : {};
    // Estimates stay estimates: reading the list again would not change them.
    tally.note([
      {
        text: `the source counted ${total} courses and listed ${rows}: it had fewer pages than it promised`,
      },
    ]);
    return {};
  }

  /** @param expected courses in the whole listing, as far as it says. */
  async #take(rows: readonly Mapped<Course>[], expected: number): Promise<void> {
    const { tally } = this.context;
    for (const row of rows) {
      const key = row.key ?? JSON.stringify(row.raw);
      this.#seen.add(key);
      if (this.#handled.has(key)) continue;
      this.#handled.add(key);
      tally.read();
      const reason = row.ok ? courseIdFault(row.record.id) : row.reason;
      if (!row.ok || reason) await tally.quarantine({ ...row, reason: reason ?? '', courseId: row.key });
      else await this.#changes.offer(row);
      if (tally.isBeyondRepair(expected))
        throw new PayloadError(
          `${tally.counts.quarantined} of ${tally.counts.read} courses cannot be mapped; the source's format seems to have changed: see the quarantine`,
        );
    }
  }
}
