import { type Course, courseIdFault } from '../../domain/course';
import type { Mapped, MappedRecord } from '../../domain/mapped';
import type { ListingPoint } from '../../domain/run';
import { ConflictError, PayloadError, WaitError } from '../../errors';
import type { CatalogFeed } from '../../sources/source';
import { type CatalogEntry, type CatalogWrite, tooLarge } from '../../store/catalog-ledger';
import { isBeingSent } from '../deliver/apply-course';
import { Delivery } from '../deliver/deliver';
import { originOf } from '../engine';
import { keyPrefix, sliceLease, type SliceContext } from './context';
import type { Tally } from '../deliver/tally';

interface Pending {
  readonly row: MappedRecord<Course>;
  /** The ledger's row as it will be once the sink has acknowledged. */
  readonly write: CatalogWrite;
}

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
  #ledger: ReadonlyMap<string, CatalogEntry> = new Map();
  readonly #seen = new Set<string>();
  readonly #handled = new Set<string>();
  readonly conflicts = new Set<string>();
  readonly #delivery: Delivery<Pending>;

  constructor(
    private readonly context: SliceContext,
    private readonly tally: Tally,
  ) {
    const { engine, feed, signal, lease } = context;
    this.#delivery = new Delivery<Pending>({
      sink: context.open.destination,
      kind: 'catalog',
      sourceSystemId: context.open.settings.sourceSystemId,
      signal,
      hold: lease,
      keyPrefix: keyPrefix(context),
      beforeBatch: async () => engine.onStep?.('before post', feed),
      onAcknowledged: (records) => this.#acknowledged(records),
      onRefused: ({ row }, error) =>
        tally.quarantine({ ...row, reason: error.message, status: error.status, courseId: row.record.id }),
      onSkipped: (_, reason) => tally.skipped(reason),
    });
  }

  /** @param resumed whether an earlier go has seen some courses already. */
  async begin(resumed: boolean): Promise<void> {
    const { engine, feed, run, slice } = this.context;
    this.#ledger = await engine.catalogLedger.load(feed);
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

  /** The course was looked at by itself. */
  settled(courseId: string): void {
    this.#seen.add(courseId);
    this.conflicts.delete(courseId);
  }

  /** Courses that the sink knows, was not told to be gone, and the listing does not hold. */
  missing(): string[] {
    return [...this.#ledger.values()]
      .filter(({ courseId, deleted, doubt }) => (!deleted || doubt) && !this.#seen.has(courseId))
      .map(({ courseId }) => courseId);
  }

  /** A listing that stays shorter than it counts is noted: what it lacks is asked for one by one before it is deleted. */
  async readWhole(feed: CatalogFeed, resume?: ListingPoint): Promise<void> {
    try {
      // A course that appears or goes while the pages turn makes the first reading short by some; the second is not.
      let short = await this.#readOnce(feed, false, resume);
      if (short) short = await this.#readOnce(feed, true);
      await this.#delivery.drain();
      if (short)
        this.tally.note([`the listing ${short}; what it lacks is asked for by itself before it is deleted`]);
    } finally {
      await this.#delivery.settle();
    }
  }

  async #readOnce(feed: CatalogFeed, again: boolean, resume?: ListingPoint): Promise<string | undefined> {
    const { engine, run, signal, deadline } = this.context;
    let cursor = resume?.cursor;
    let rows = resume?.rows ?? 0;
    let total: number | undefined;
    let absent: boolean;
    let pages = 0;
    do {
      signal.throwIfAborted();
      if (pages > 0 && !again && engine.now() > deadline) await this.#pause(cursor, rows, engine.now());
      const page = await feed.page(cursor, { signal }).catch((error: unknown) => {
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
        `the source counted ${total} courses and listed ${rows}: it had fewer pages than it promised`,
      ]);
      return undefined;
    }
    return total !== undefined && rows < total ? `counts ${total} courses and gave ${rows}` : undefined;
  }

  /** @throws Pause; when no page was read yet, WaitError, which puts the slice back as it is. */
  async #pause(cursor: string | undefined, rows: number, dueAt: number): Promise<never> {
    await this.#delivery.drain();
    if (cursor === undefined) throw new WaitError('The source asks for a pause', dueAt);
    throw new Pause({ cursor, rows }, dueAt);
  }

  /** @param expected courses in the whole listing, as far as it says. */
  async #take(rows: readonly Mapped<Course>[], expected: number): Promise<void> {
    const changed: Pending[] = [];
    for (const row of rows) {
      const key = row.key ?? JSON.stringify(row.raw);
      this.#seen.add(key);
      if (this.#handled.has(key)) continue;
      this.#handled.add(key);
      this.tally.read();
      const reason = row.ok ? courseIdFault(row.record.id) : row.reason;
      if (!row.ok || reason) await this.tally.quarantine({ ...row, reason: reason ?? '', courseId: row.key });
      else {
        const pending = this.#compare(row);
        if (pending === 'unchanged') await this.tally.arrived(row.key, row.raw);
        else if (pending) {
          const reason = tooLarge(pending.write.json);
          if (reason) await this.tally.quarantine({ ...row, reason, courseId: row.key });
          else changed.push(pending);
        }
      }
      if (this.tally.isBeyondRepair(expected))
        throw new PayloadError(
          `${this.tally.counts.quarantined} of ${this.tally.counts.read} courses cannot be mapped; the source's format seems to have changed: see the quarantine`,
        );
    }
    for (const pending of await this.#markDoubt(changed))
      await this.#delivery.add(pending.write.json, pending);
  }

  #compare(row: MappedRecord<Course>): Pending | 'unchanged' | undefined {
    const { run, open } = this.context;
    const courseId = row.record.id;
    const encoded = open.destination.encodeCourse(row.record, originOf(open, run.createdAt));
    if (!encoded.ok) {
      this.tally.skipped(encoded.skipped);
      return undefined;
    }
    const entry = this.#ledger.get(courseId);
    const same = entry && entry.hash === encoded.hash && !entry.deleted && !entry.doubt;
    if (same && run.mode !== 'full') {
      this.tally.unchanged();
      return 'unchanged';
    }
    if (run.dryRun) {
      const change = entry && !entry.deleted ? 'updated' : 'created';
      this.tally.sent();
      this.tally.change({ change, courseId, detail: row.record.name });
      return undefined;
    }
    const write: CatalogWrite = {
      entry: { courseId, key: encoded.key, hash: encoded.hash, deleted: false, doubt: false },
      json: encoded.json,
      etag: entry?.etag,
    };
    return { row, write };
  }

  /**
   * Marks courses in doubt before they are sent, in the name of this slice's lease: who finds that leaves them alone
   * while it lives, since a POST of another value could land before this one.
   * @returns those that nobody else wrote meanwhile, or is sending.
   */
  async #markDoubt(changed: readonly Pending[]): Promise<Pending[]> {
    const { catalogLedger } = this.context.engine;
    const { feed } = this.context;
    const sender = sliceLease(this.context.slice);
    const pending: Pending[] = [];
    for (const one of changed) {
      const entry = this.#ledger.get(one.write.entry.courseId);
      if (await isBeingSent(this.context.engine, entry, sender)) this.#conflict(one);
      else pending.push(one);
    }
    if (pending.length === 0) return [];
    const doubtful = pending.map(({ write }) => ({
      ...write,
      entry: { ...write.entry, doubt: true, sender },
    }));
    const marked = (one: Pending, etag: string | undefined): Pending => ({
      ...one,
      write: { ...one.write, etag },
    });
    try {
      const etags = await catalogLedger.write(feed, doubtful);
      return pending.map((one, i) => marked(one, etags[i]));
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
    // One of them was: find out which, one by one. Rows that the group wrote already are in doubt, and are conflicts
    // too; they cost a read each.
    const left: Pending[] = [];
    for (const [i, one] of pending.entries()) {
      try {
        const [etag] = await catalogLedger.write(feed, doubtful.slice(i, i + 1));
        left.push(marked(one, etag));
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
        this.#conflict(one);
      }
    }
    return left;
  }

  async #acknowledged(pending: readonly Pending[]): Promise<void> {
    const { engine, feed } = this.context;
    await engine.onStep?.('after post', feed);
    for (const { row } of await this.#write(pending)) {
      this.tally.sent();
      await this.tally.arrived(row.key, row.raw);
    }
  }

  /** @returns those whose ledger says now that they arrived. */
  async #write(pending: readonly Pending[]): Promise<readonly Pending[]> {
    const { catalogLedger } = this.context.engine;
    const { feed } = this.context;
    try {
      await catalogLedger.write(
        feed,
        pending.map(({ write }) => write),
      );
      return pending;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
    // A webhook overtook one of them, and which of the two was last at the sink is unknown: it is sent once more.
    const written: Pending[] = [];
    for (const one of pending) {
      try {
        await catalogLedger.write(feed, [one.write]);
        written.push(one);
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
        await catalogLedger.putInDoubt(feed, one.write.entry.courseId);
        this.#conflict(one);
      }
    }
    return written;
  }

  /** Left to `applyCourse`, which counts it there. */
  #conflict({ row }: Pending): void {
    this.conflicts.add(row.record.id);
    this.tally.unread();
  }
}
