import type { SliceWork } from '../../domain/run';
import { AuthError, ConflictError, LeaseLostError, RetryableError, WaitError } from '../../errors';
import type { ScannedFeed } from '../../sources/source';
import type { CourseLedger } from '../../store/learner-ledger';
import type { Told } from '../../store/kept';
import { changedOf, type Comparison, outcomesOf, toldOf } from '../deliver/changed-records';
import { type FoundRow, readCourseRows } from '../deliver/course-rows';
import { CourseBusyError, isOnItsWay } from '../deliver/course-turn';
import type { Delivery } from '../deliver/deliver';
import { deliveryOf } from '../deliver/sending';
import type { Tally } from '../deliver/tally';
import { retryDelayMs } from '../engine';
import { finished, type SliceContext, type SliceOutcome } from './context';

/** Ledgers that are read at a time. */
const ledgersAtOnce = 20;
/** A course with more records is left to a slice of its own, which can stop between its pages. */
const largeCourse = 5_000;
/** So many courses in a row that fail are the source's fault, not theirs. */
const failuresInARow = 3;

interface CourseInHand extends Comparison {
  readonly courseId: string;
  readonly etag: string;
  /** Not acknowledged yet. */
  readonly sending: Set<FoundRow>;
  readonly arrived: FoundRow[];
}

interface Left {
  readonly work: SliceWork;
  readonly dueAt: number;
}

interface Sent {
  readonly course: CourseInHand;
  readonly one: FoundRow;
}

/**
 * Delivers what differs of many courses, several at a time, in batches that they share. No course holds a lease: a
 * ledger is written only over the one that was read, and what is in doubt names this slice's lease. A course that is
 * large, busy or fails is left to a slice of its own; what stops all of them ends the go, and what was done is kept.
 */
export async function workCourses(
  context: SliceContext,
  feed: ScannedFeed,
  courseIds: readonly string[],
): Promise<SliceOutcome> {
  const { run, slice, engine } = context;
  const told =
    slice.pauses > 0 ? await engine.runs.paused.readTold(run, slice.number) : new Map<string, Told>();
  return new Courses(context, feed, told).work(courseIds);
}

class Courses {
  readonly #done = new Set<string>();
  readonly #left = new Map<string, number>();
  readonly #inHand = new Set<CourseInHand>();
  readonly #delivery: Delivery<Sent>;
  readonly #rows = { pages: 0, rows: 0 };
  #failed = 0;
  #stop: unknown;

  constructor(
    private readonly context: SliceContext,
    private readonly feed: ScannedFeed,
    private readonly told: ReadonlyMap<string, Told>,
  ) {
    this.#delivery = deliveryOf<Sent>(context, context.hold, {
      onAcknowledged: (records) => this.#acknowledged(records),
      onRefused: async ({ course, one }, error) => {
        await outcomesOf(course).onRefused(one, error);
        course.sending.delete(one);
        await this.#saveIfWhole(course);
      },
      onSkipped: async ({ course, one }, reason) => {
        await outcomesOf(course).onSkipped(one, reason);
        course.sending.delete(one);
        await this.#saveIfWhole(course);
      },
    });
  }

  async work(courseIds: readonly string[]): Promise<SliceOutcome> {
    const courses = this.#ledgers(courseIds);
    const worker = async (): Promise<void> => {
      for (let next = await courses.next(); !next.done; next = await courses.next())
        await this.#try(...next.value);
    };
    try {
      await Promise.all(Array.from({ length: this.context.concurrency }, worker));
      await this.#delivery.drain();
    } catch (error) {
      this.#stop ??= error;
    } finally {
      await this.#delivery.settle();
    }
    this.#stop ??= this.#delivery.failure;
    const left: Left[] = [...this.#left].map(([courseId, dueAt]) => ({
      work: { type: 'course', courseId },
      dueAt,
    }));
    const rest = courseIds.filter((id) => !this.#done.has(id) && !this.#left.has(id));
    if (this.#stop instanceof WaitError && this.#stop === this.#delivery.failure)
      return this.#pause(courseIds);
    if (this.#stop !== undefined) this.#throwUnlessItGotOn();
    if (rest.length > 0) left.push({ work: { type: 'courses', courseIds: rest }, dueAt: this.#dueAt() });
    const outcome = finished(this.context);
    return outcome.state === 'done' ? { ...outcome, left } : outcome;
  }

  /** The courses with what is known of them, until it is time to stop. */
  async *#ledgers(courseIds: readonly string[]): AsyncGenerator<[string, () => CourseLedger]> {
    const { engine, open, deadline } = this.context;
    for (let i = 0; i < courseIds.length; i += ledgersAtOnce) {
      const ids = courseIds.slice(i, i + ledgersAtOnce);
      const ledgers = await engine.learnerLedger.loadAll(open.feed, ids);
      for (const one of ledgers) {
        if (this.#stop !== undefined || engine.now() > deadline) return;
        yield one;
      }
    }
  }

  async #try(courseId: string, ledger: () => CourseLedger): Promise<void> {
    const { engine, signal } = this.context;
    try {
      await this.#compare(courseId, ledger());
      this.#failed = 0;
    } catch (error) {
      const isEverybodys =
        signal.aborted ||
        error instanceof LeaseLostError ||
        error instanceof AuthError ||
        error instanceof WaitError ||
        error === this.#delivery.failure;
      const isBusy = error instanceof CourseBusyError || error instanceof ConflictError;
      if (isEverybodys || (!isBusy && ++this.#failed >= failuresInARow)) this.#stop ??= error;
      else this.#left.set(courseId, engine.now() + retryDelayMs(engine.patience, 1, () => engine.random()));
    }
  }

  async #compare(courseId: string, ledger: CourseLedger): Promise<void> {
    const { engine, open, run, slice, hold, signal, dryRun } = this.context;
    if (await isOnItsWay(engine.leases, ledger, hold.name)) throw new CourseBusyError(courseId);
    const tally = this.context.tally.part();
    const records = new Map(ledger.doubt ? [] : ledger.records);
    let shown = 0;
    const what = {
      ...this.context,
      tally,
      onPage: (_: number, rows: number) => {
        this.#rows.pages++;
        this.#rows.rows += rows - shown;
        shown = rows;
        engine.onProgress?.({ runId: run.runId, slice: slice.number, ...this.#rows });
      },
    };
    const { found, stopped } = await readCourseRows({
      what,
      courseId,
      page: (cursor, until) => this.feed.page(courseId, cursor, { signal: until }),
      only: undefined,
      go: { deadline: Infinity, mostRecords: largeCourse, resume: undefined, told: this.told },
      known: records,
    });
    if (stopped) {
      // Its own slice goes on from page to page, however often it must wait.
      this.#left.set(courseId, stopped.dueAt);
      if (stopped.dueAt > engine.now()) throw new WaitError('The source asks for a pause', stopped.dueAt);
      return;
    }
    const compared = { tally, ledger, records };
    const changed = await changedOf(found.values(), compared, this.context);
    if (dryRun || (changed.length === 0 && !ledger.doubt)) return this.#end(courseId, tally);
    hold.assertOutlives(0);
    signal.throwIfAborted();
    const etag = await engine.learnerLedger.markDoubt(open.feed, courseId, ledger.etag, hold.name);
    const course: CourseInHand = { ...compared, courseId, etag, sending: new Set(changed), arrived: [] };
    this.#inHand.add(course);
    if (changed.length === 0) return this.#saveIfWhole(course);
    for (const one of changed) await this.#delivery.add(one.encoded.json, { course, one });
  }

  async #acknowledged(sent: readonly Sent[]): Promise<void> {
    const courses = new Map<CourseInHand, FoundRow[]>();
    for (const { course, one } of sent) {
      const arrived = courses.get(course) ?? [];
      arrived.push(one);
      courses.set(course, arrived);
      course.arrived.push(one);
      course.sending.delete(one);
    }
    await Promise.all(
      [...courses].map(async ([course, arrived]) => {
        // Whose batch was the last of the course is known now: others end while this one's records are looked up.
        const isWhole = course.sending.size === 0;
        await outcomesOf(course).onAcknowledged(arrived);
        if (isWhole) await this.#saveIfWhole(course);
      }),
    );
  }

  async #saveIfWhole(course: CourseInHand): Promise<void> {
    if (course.sending.size > 0) return;
    await this.#save(course);
    this.#inHand.delete(course);
    this.#end(course.courseId, course.tally);
  }

  #save({ courseId, records, etag }: CourseInHand): Promise<void> {
    return this.context.engine.learnerLedger.save(this.context.open.feed, courseId, records, etag);
  }

  #end(courseId: string, tally: Tally): void {
    this.context.tally.add(tally);
    this.#done.add(courseId);
  }

  /** The destination asks for a pause: what arrived is known when the rest goes on, in this slice. */
  async #pause(courseIds: readonly string[]): Promise<SliceOutcome> {
    const told: Told[] = [];
    for (const course of this.#inHand) told.push(...(await this.#keepArrived(course)));
    if (told.length === 0) this.#throwUnlessItGotOn();
    const rest = courseIds.filter((id) => !this.#done.has(id));
    return { state: 'paused', work: { type: 'courses', courseIds: rest }, told, dueAt: this.#dueAt() };
  }

  /** What passes does not undo what was done; the rest goes on later. */
  #throwUnlessItGotOn(): void {
    const stop = this.#stop;
    const passes =
      [RetryableError, ConflictError, WaitError].some((kind) => stop instanceof kind) ||
      this.context.signal.aborted;
    const gotOn = this.#done.size > 0 || (stop instanceof WaitError && this.#left.size > 0);
    if (passes && gotOn && !(stop instanceof LeaseLostError)) return;
    for (const { tally } of this.#inHand) this.context.tally.add(tally);
    throw stop;
  }

  #dueAt(): number {
    const { engine, hold, signal } = this.context;
    if (this.#stop instanceof WaitError) return this.#stop.until;
    const again = this.#stop !== undefined && !signal.aborted;
    const soon = again ? retryDelayMs(engine.patience, 1, () => engine.random()) : 0;
    return Math.max(engine.now() + soon, hold.keptUntil);
  }

  /** Else a sink that asks for pauses again and again would be told the same again and again. */
  async #keepArrived(course: CourseInHand): Promise<Told[]> {
    // Whether the rest arrived is not known: it counts as unknown to the sink.
    for (const { key } of course.sending) course.records.delete(key);
    await this.#save(course);
    return course.arrived.map((one) => ({ ...toldOf(one, one.hash), again: true }));
  }
}
