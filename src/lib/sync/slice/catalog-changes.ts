import type { Course } from '../../domain/course';
import type { MappedRecord } from '../../domain/mapped';
import { ConflictError } from '../../errors';
import { type CatalogEntry, type CatalogWrite, tooLarge } from '../../store/catalog-ledger';
import { mostTogether } from '../../store/transactions';
import { isBeingSent } from '../deliver/apply-course';
import { Delivery } from '../deliver/deliver';
import type { Tally } from '../deliver/tally';
import { originOf } from '../engine';
import { keyPrefix, sliceLease, type SliceContext } from './context';

interface Pending {
  readonly row: MappedRecord<Course>;
  /** The ledger's row as it will be once the sink has acknowledged. */
  readonly write: CatalogWrite;
}

/** The courses of a listing against the ledger: sends what changed, each marked in doubt before. */
export class CatalogChanges {
  #ledger: ReadonlyMap<string, CatalogEntry> = new Map();
  /** Not marked yet: a transaction's worth is marked at a time. */
  #waiting: Pending[] = [];
  /** Well as they are: what stands in quarantine of them is over. */
  #unchanged: MappedRecord<Course>[] = [];
  /** Courses that somebody else wrote meanwhile. */
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

  /** Before the first page is read: what a webhook writes from here on shows as a conflict. */
  async load(): Promise<void> {
    const { engine, feed } = this.context;
    this.#ledger = await engine.catalogLedger.load(feed);
  }

  /** Courses that the sink knows and was not told to be gone. */
  known(): string[] {
    return [...this.#ledger.values()]
      .filter(({ deleted, doubt }) => !deleted || doubt)
      .map(({ courseId }) => courseId);
  }

  /** Takes a course as the listing shows it. @throws what the sink said, of this or of an earlier one. */
  async offer(row: MappedRecord<Course>): Promise<void> {
    const pending = this.#compare(row);
    if (pending === 'unchanged') {
      if (this.#unchanged.push(row) === mostTogether) await this.#noteUnchanged();
      return;
    }
    if (!pending) return;
    const reason = tooLarge(pending.write.json);
    if (reason) return this.tally.quarantine({ ...row, reason, courseId: row.key });
    this.#waiting.push(pending);
    if (this.#waiting.length === mostTogether) await this.#handOver();
  }

  /** Returns when all that was offered has arrived, or was refused. @throws what the sink said. */
  async drain(): Promise<void> {
    await this.#noteUnchanged();
    await this.#handOver();
    await this.#delivery.drain();
  }

  /** Waits until nothing is in flight any more, whatever came of it. */
  settle(): Promise<void> {
    return this.#delivery.settle();
  }

  #noteUnchanged(): Promise<void> {
    const unchanged = this.#unchanged;
    this.#unchanged = [];
    return this.tally.arrived(unchanged);
  }

  async #handOver(): Promise<void> {
    const changed = this.#waiting;
    this.#waiting = [];
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
    const written = await this.#write(pending);
    for (const _ of written) this.tally.sent();
    await this.tally.arrived(written.map(({ row }) => row));
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
