import { type Course, courseIdFault } from '../../domain/course';
import type { Mapped } from '../../domain/mapped';
import type { ListingPoint } from '../../domain/run';
import { PayloadError, WaitError } from '../../errors';
import { callsAtOnce, PagesAhead } from '../../sources/pages-ahead';
import type { CatalogFeed } from '../../sources/source';
import type { Tally } from '../deliver/tally';
import { CatalogChanges } from './catalog-changes';
import type { SliceContext } from './context';

/** Thrown to put the slice back; between two pages, when all before them has arrived. */
export class Pause extends Error {
  constructor(
    readonly resume: ListingPoint,
    /** Milliseconds since 1970. */
    readonly dueAt: number,
  ) {
    super('The listing goes on later');
  }
}

/** One reading of a whole catalog against the ledger: sends what changed, and knows what is missing. */
export class Listing {
  readonly #seen = new Set<string>();
  readonly #handled = new Set<string>();
  readonly #changes: CatalogChanges;

  constructor(
    private readonly context: SliceContext,
    private readonly tally: Tally,
  ) {
    this.#changes = new CatalogChanges(context, tally);
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

  /** A listing that stays shorter than it counts is noted: what it lacks is asked for one by one before it is deleted. */
  async readWhole(feed: CatalogFeed, resume?: ListingPoint): Promise<void> {
    try {
      // A course that appears or goes while the pages turn makes the first reading short by some; the second is not.
      let short = await this.#readOnce(feed, false, resume);
      if (short) short = await this.#readOnce(feed, true);
      await this.#changes.drain();
      if (short)
        this.tally.note([
          { text: `the listing ${short}; what it lacks is asked for by itself before it is deleted` },
        ]);
    } finally {
      await this.#changes.settle();
    }
  }

  async #readOnce(feed: CatalogFeed, again: boolean, resume?: ListingPoint): Promise<string | undefined> {
    const { engine, run, signal, deadline, open } = this.context;
    using ahead = new PagesAhead(callsAtOnce(open.settings));
    let cursor = resume?.cursor;
    let rows = resume?.rows ?? 0;
    let total: number | undefined;
    let absent: boolean;
    let pages = 0;
    do {
      signal.throwIfAborted();
      if (pages > 0 && !again && engine.now() > deadline) await this.#pause(cursor, rows, engine.now());
      const page = await feed.page(cursor, { signal, ahead }).catch((error: unknown) => {
        if (error instanceof WaitError && !again) return this.#pause(cursor, rows, error.until);
        throw error;
      });
      total = page.total ?? total;
      absent = page.absent ?? false;
      if (!again) this.tally.note(page.notes);
      rows += page.rows.length;
      const { number: slice } = this.context.slice;
      engine.onProgress?.({ runId: run.runId, slice, pages: ++pages, rows, expected: total });
      await this.#take(page.rows, Math.max(total ?? 0, rows));
      cursor = page.next;
    } while (cursor !== undefined);
    if (absent && total !== undefined && rows !== total) {
      // Estimates stay estimates: reading the list again would not change them.
      this.tally.note([
        {
          text: `the source counted ${total} courses and listed ${rows}: it had fewer pages than it promised`,
        },
      ]);
      return undefined;
    }
    return total !== undefined && rows < total ? `counts ${total} courses and gave ${rows}` : undefined;
  }

  /** @throws Pause; when no page was read yet, WaitError, which puts the slice back as it is. */
  async #pause(cursor: string | undefined, rows: number, dueAt: number): Promise<never> {
    await this.#changes.drain();
    if (cursor === undefined) throw new WaitError('The source asks for a pause', dueAt);
    throw new Pause({ cursor, rows }, dueAt);
  }

  /** @param expected courses in the whole listing, as far as it says. */
  async #take(rows: readonly Mapped<Course>[], expected: number): Promise<void> {
    for (const row of rows) {
      const key = row.key ?? JSON.stringify(row.raw);
      this.#seen.add(key);
      if (this.#handled.has(key)) continue;
      this.#handled.add(key);
      this.tally.read();
      const reason = row.ok ? courseIdFault(row.record.id) : row.reason;
      if (!row.ok || reason) await this.tally.quarantine({ ...row, reason: reason ?? '', courseId: row.key });
      else await this.#changes.offer(row);
      if (this.tally.isBeyondRepair(expected))
        throw new PayloadError(
          `${this.tally.counts.quarantined} of ${this.tally.counts.read} courses cannot be mapped; the source's format seems to have changed: see the quarantine`,
        );
    }
  }
}
