import type { EnrolmentBatch, EnrolmentRow } from '../domain/enrolment-batch';
import { AuthError, PayloadError, RetryableError, sentence, SettingsError, WaitError } from '../errors';
import type { SeenRow } from '../store/enrolments';
import { type Engine, retryDelayMs } from '../sync/engine';
import { isLeftForGood, nobodyCame, notHereMs, whyNotHere } from '../sync/not-here';
import { type Failure, failureOf } from './failure';
import { LearnerBusyError, perform } from './perform';
import type { AskedEnrolment } from './request';

/** Rows that are worked at the same time; the source's gate bounds their calls. */
const width = 4;
/** One row may take so long, when its calls queue at a source that has a rate. */
const rowDeadlineMs = 10 * 60_000;
/** So many rows in a row that a source does not answer, and it is left alone for a while. */
const enough = 3;
/** A row whose learner another call has is looked at again after so long. */
const busyRowMs = 2_000;

type Held = { readonly until: number } | { readonly failure: Failure };

/** One go through the rows of a batch that are due. */
export class BatchPass {
  readonly #held = new Map<string, Held>();
  readonly #troubles = new Map<string, number>();
  readonly #deadline: number;
  #next: number | undefined;
  #broken = false;

  constructor(
    private readonly engine: Engine,
    private readonly batch: EnrolmentBatch,
    private readonly signals: { readonly stop: AbortSignal; readonly lost: AbortSignal },
  ) {
    this.#deadline = engine.now() + engine.patience.sliceBudgetMs;
  }

  /** @returns when the next row is due, milliseconds since 1970; undefined when all have ended. */
  async run(): Promise<number | undefined> {
    const rows = this.engine.enrolments.rows(this.batch.batchId, { state: 'pending' });
    const ends = await Promise.allSettled(Array.from({ length: width }, () => this.#work(rows)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return this.#next;
  }

  async #work(rows: AsyncGenerator<SeenRow, void>): Promise<void> {
    try {
      for (;;) {
        const { value: row, done } = await rows.next();
        if (done || this.#broken) return;
        if (this.#isOver()) return this.#later(this.engine.now());
        await this.#row(row);
      }
    } catch (error) {
      // The others end theirs, and begin no more.
      this.#broken = true;
      throw error;
    }
  }

  #isOver(): boolean {
    const { stop, lost } = this.signals;
    return stop.aborted || lost.aborted || this.engine.now() >= this.#deadline;
  }

  #later(at: number): void {
    this.#next = Math.min(this.#next ?? Infinity, at);
  }

  async #row(row: SeenRow): Promise<void> {
    const { engine } = this;
    const { attempts: most } = engine.patience.events;
    if (row.dueAt > engine.now()) return this.#later(row.dueAt);
    const held = this.#held.get(row.source);
    if (held) return 'until' in held ? this.#later(held.until) : this.#fail(row, held.failure);
    const closed = whyNotHere(() => engine.openSource(row.source));
    if (closed) return this.#leave(row, closed);
    // Written before the try: a row that kills its worker each time is to end as well.
    const begun = await engine.enrolments.change(row, {
      attempts: row.attempts + 1,
      begun: true,
      leftAt: undefined,
    });
    if (!begun) return this.#later(engine.now());
    if (begun.attempts > most)
      return this.#fail(begun, {
        status: 503,
        error: begun.error ?? 'Its workers died every time; see the log',
      });
    try {
      const asked = JSON.parse(row.asked ?? '') as AskedEnrolment;
      await perform(engine, this.batch.action, asked, this.#signal(), rowDeadlineMs);
    } catch (error) {
      return this.#failed(begun, error);
    }
    this.#troubles.delete(row.source);
    const [state, status] =
      this.batch.action === 'enrol' ? (['enrolled', 201] as const) : (['removed', 200] as const);
    await engine.enrolments.end(begun, { state, status });
  }

  /** To a worker whose settings open the source. The others of that source need not be looked at. */
  async #leave(row: SeenRow, closed: Error): Promise<void> {
    const { engine } = this;
    const { batchId, source, leftAt = engine.now() } = row;
    const why = sentence(closed);
    if (isLeftForGood(leftAt, engine.now())) {
      const failure: Failure = { status: 503, error: nobodyCame(why) };
      this.#held.set(source, { failure });
      return this.#fail(row, failure);
    }
    const until = engine.now() + notHereMs;
    this.#held.set(source, { until });
    if (row.leftAt === undefined)
      engine.log.warn({ batchId, source, error: why }, 'enrolments left to others');
    return this.#putBack(row, { leftAt, dueAt: until, error: why });
  }

  #signal(): AbortSignal {
    return AbortSignal.any([this.signals.stop, this.signals.lost]);
  }

  async #failed(row: SeenRow, error: unknown): Promise<void> {
    const { engine } = this;
    const { source } = row;
    const untried = { attempts: row.attempts - 1 };
    // Whoever has the lease now does it again.
    if (this.signals.lost.aborted) return;
    if (this.signals.stop.aborted) return this.#putBack(row, { ...untried, dueAt: engine.now() });
    if (error instanceof LearnerBusyError)
      return this.#putBack(row, { ...untried, dueAt: engine.now() + busyRowMs });
    if (error instanceof WaitError) {
      this.#held.set(source, { until: error.until });
      const until = new Date(error.until).toISOString();
      engine.log.info({ batchId: row.batchId, source, until }, 'enrolments wait for a pause');
      return this.#putBack(row, { ...untried, dueAt: error.until });
    }
    const failure = failureOf(error);
    if (!failure) {
      const { batchId } = row;
      engine.log.error({ batchId, row: row.row, source, error: (error as Error).stack }, 'enrolment failed');
      return this.#fail(row, { status: 500, error: 'An unexpected error; see the log' });
    }
    // It would be the same for every other row, and the source might lock us out.
    if (error instanceof AuthError || error instanceof SettingsError) this.#held.set(source, { failure });
    // A page of maintenance instead of an answer passes as well.
    const mayPass = error instanceof RetryableError || error instanceof PayloadError;
    if (!mayPass || row.attempts >= engine.patience.events.attempts) return this.#fail(row, failure);
    const delay = Math.round(retryDelayMs(engine.patience.events, row.attempts, () => engine.random()));
    const dueAt = engine.now() + delay;
    const troubles = (this.#troubles.get(source) ?? 0) + 1;
    this.#troubles.set(source, troubles);
    if (troubles >= enough) this.#held.set(source, { until: dueAt });
    await this.#putBack(row, { dueAt, error: failure.error });
  }

  async #putBack(
    row: SeenRow,
    change: Partial<Pick<EnrolmentRow, 'attempts' | 'error' | 'leftAt'>> & { readonly dueAt: number },
  ): Promise<void> {
    this.#later(change.dueAt);
    await this.engine.enrolments.change(row, { ...change, begun: false });
  }

  async #fail(row: SeenRow, { status, error }: Failure): Promise<void> {
    const { batchId, source } = row;
    this.engine.log.warn({ batchId, row: row.row, source, status, error }, 'enrolment failed');
    await this.engine.enrolments.end(row, { state: 'failed', status, error });
  }
}
