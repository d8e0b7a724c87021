import type { Course } from '../../domain/course';
import type { MappedRecord } from '../../domain/mapped';
import { ConflictError } from '../../errors';
import type { CatalogEntry, CatalogWrite } from '../../store/catalog-ledger';
import { mostTogether } from '../../store/transactions';
import { catalogChange, inDoubt } from '../deliver/catalog-change';
import { isOnItsWay } from '../deliver/course-turn';
import type { Delivery } from '../deliver/deliver';
import { deliveryOf } from '../deliver/sending';
import { isWithdrawn } from '../why-not-sent';
import type { SliceContext } from './context';

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

  constructor(private readonly context: SliceContext) {
    const { hold, tally } = context;
    this.#delivery = deliveryOf<Pending>(context, hold, {
      onAcknowledged: (records) => this.#acknowledged(records),
      onRefused: ({ row }, error) => tally.refused(row, error, row.record.id),
      onSkipped: (_, reason) => tally.skipped(reason),
    });
  }

  /** Before the first page is read: what a webhook writes from here on shows as a conflict. */
  async load(): Promise<void> {
    const { engine, open } = this.context;
    this.#ledger = await engine.catalogLedger.load(open.feed);
  }

  /** Courses that the sink knows and was not told to be gone. */
  known(): string[] {
    return [...this.#ledger.values()].filter((entry) => !isWithdrawn(entry)).map(({ courseId }) => courseId);
  }

  /** Takes a course as the listing shows it. @throws what the sink said, of this or of an earlier one. */
  async offer(row: MappedRecord<Course>): Promise<void> {
    const write = await catalogChange(row, this.#ledger.get(row.record.id), this.context);
    if (write === 'unchanged') {
      if (this.#unchanged.push(row) === mostTogether) await this.#noteUnchanged();
    } else if (write && this.#waiting.push({ row, write }) === mostTogether) await this.#handOver();
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
    return this.context.tally.arrived(unchanged);
  }

  async #handOver(): Promise<void> {
    const changed = this.#waiting;
    this.#waiting = [];
    for (const pending of await this.#markDoubt(changed))
      await this.#delivery.add(pending.write.json, pending);
  }

  /**
   * Marks courses in doubt before they are sent, in the name of this slice's lease: who finds that leaves them alone
   * while it lives, since a POST of another value could land before this one.
   * @returns those that nobody else wrote meanwhile, or is sending.
   */
  async #markDoubt(changed: readonly Pending[]): Promise<Pending[]> {
    const { engine, open, hold } = this.context;
    const { catalogLedger } = engine;
    const { feed } = open;
    const pending: Pending[] = [];
    for (const one of changed) {
      const entry = this.#ledger.get(one.write.entry.courseId);
      if (await isOnItsWay(engine.leases, entry, hold.name)) this.#conflict(one);
      else pending.push(one);
    }
    if (pending.length === 0) return [];
    const doubtful = pending.map(({ write }) => inDoubt(write, hold.name));
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
    const { tally } = this.context;
    const written = await this.#write(pending);
    for (const _ of written) tally.sent();
    await tally.arrived(written.map(({ row }) => row));
  }

  /** @returns those whose ledger says now that they arrived. */
  async #write(pending: readonly Pending[]): Promise<readonly Pending[]> {
    const { catalogLedger } = this.context.engine;
    const { feed } = this.context.open;
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
    this.context.tally.unread();
  }
}
