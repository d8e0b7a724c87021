import { randomBytes } from 'node:crypto';
import { ConflictError, RetryableError } from '../errors';
import { systemClock, type Clock } from '../http/clock';
import type { Gate, CallOutcome, Pass } from '../http/gate';
import { admit, GateQueue, type Admission } from '../http/gate-queue';
import { leave, type GateLimits, type GateState } from '../http/gate-state';
import { isUnsaid, sayThatItCalls, shareOf } from '../http/gate-users';
import { longestSleepMs, tooFarAway } from '../http/retry-after';
import { GateRow } from './gate-row';
import { retryConflicts } from './rows';
import { SeenGateRow } from './seen-gate';
import type { Storage } from './storage';

// A reason of our own: without one, every abort makes an exception with its stack.
const takenOver = 'a later look took over';

export interface SharedGateOptions {
  /** For messages, e.g. `source openedx`. */
  readonly system: string;
  /** The source's id: instances that give the same share the gate. */
  readonly source: string;
  readonly limits: GateLimits;
  readonly storage: Storage;
  /** Its clock is compared with other instances'. */
  readonly clock?: Clock;
  readonly random?: () => number;
  /** A wait that is longer is a WaitError. Default 60 s. */
  readonly maxWaitMs?: number;
  /** Told, by one of the instances, for how much longer than was known the system wants to be left alone. */
  readonly onPause?: OnPause;
}

/** @param until milliseconds since 1970. @param why what the system answered. */
export type OnPause = (seconds: number, until: number, why: string | undefined) => void;

/**
 * While the row says that all is well, calls leave without asking storage, and the row is read again behind their
 * backs after `refreshMs`. A call that would have to trust something older than `staleMs` waits for the reading.
 */
const refreshMs = 250;
const staleMs = 1_000;
/** When storage is away, a system that was well is called for so long on what was last known. */
const trustMs = 30_000;
/** After a pause every call asks the row for so long: past the next tick of a timer that runs every 15 minutes. */
const watchfulMs = 20 * 60_000;
/** How often a host looks whether another one's call, which it waits for, has come back. */
const pollMs = 100;
/** A pause that could not be written is tried again so often, a second apart, when no call comes by. */
const spareTries = 30;

interface Answered {
  readonly ticket: string;
  readonly outcome: CallOutcome;
  readonly at: number;
  /** Drawn once, so that the same answer asks for the same pause however often the row is tried. */
  readonly chance: number;
  readonly settle: () => void;
}

/**
 * One gate over all instances: a row of the table `leases`, guarded by its ETag.
 *
 * A source without a rate that has not throttled lately is not asked about at each call; each process has its share of
 * the calls in flight, among those that the row names as calling it now. With a rate, or since a pause, each call gets
 * its place by a write that fails when another instance wrote first: nobody leaves before the pause is over, one probe
 * flies, and the calls in flight are counted over all instances. Calls that wait together, and answers that come in
 * together, share a write. What an instance that died held is free a minute later.
 *
 * `enter` throws RetryableError when storage does not answer; `leave` never throws.
 */
export function createSharedGate(options: SharedGateOptions): Gate {
  return new SharedGate(options);
}

class SharedGate implements Gate {
  private readonly system: string;
  private readonly limits: GateLimits;
  private readonly row: SeenGateRow;
  private readonly clock: Clock;
  private readonly random: () => number;
  private readonly maxWaitMs: number;
  private readonly onPause: SharedGateOptions['onPause'];
  private readonly id = randomBytes(6).toString('base64url');
  private readonly queue = new GateQueue();
  /** This process's calls in flight: ticket, and when others may give it up for lost. */
  private readonly flying = new Map<string, number>();
  /** Not in the row yet. */
  private answers: Answered[] = [];
  private failedAt = -Infinity;
  private failures = 0;
  private tickets = 0;
  private turning = false;
  private again = false;
  private alarm = new AbortController();

  constructor({ system, source, limits, storage, clock, random, maxWaitMs, onPause }: SharedGateOptions) {
    this.system = system;
    this.limits = limits;
    this.clock = clock ?? systemClock;
    this.row = new SeenGateRow(new GateRow(storage, source), this.clock);
    this.random = random ?? Math.random;
    this.maxWaitMs = maxWaitMs ?? longestSleepMs;
    this.onPause = onPause;
  }

  enter(signal: AbortSignal, again = false): Promise<Pass> {
    const entered = this.queue.wait(signal, again);
    this.pump();
    return entered;
  }

  private pump(): void {
    if (this.isShared() || this.row.age() >= refreshMs) void this.look();
    if (!this.isShared() && this.isFresh()) this.letGo();
  }

  private pass(ticket: string): Pass {
    return {
      leave: async (outcome) => {
        if (!this.flying.delete(ticket)) return;
        if (outcome.type !== 'throttled' && !this.isShared()) return this.pump();
        const matters = outcome.type === 'throttled' || this.row.state?.probe === ticket;
        const at = this.clock.now();
        const saved = new Promise<void>((settle) => {
          this.answers.push({ ticket, outcome, at, chance: this.random(), settle });
        });
        void this.look();
        // What holds the others back, or lets them go, is written before the caller goes on and perhaps ends.
        if (matters) await saved;
      },
    };
  }

  private isShared(): boolean {
    if (this.limits.requestsPerMinute !== undefined || this.answers.length > 0) return true;
    const { state } = this.row;
    if (!state) return false;
    const { strikes, pausedUntil } = state;
    return strikes > 0 || pausedUntil + watchfulMs > this.clock.now();
  }

  private isFresh(): boolean {
    if (this.row.age() < staleMs) return true;
    return this.clock.now() - this.failedAt < staleMs && this.row.age() < trustMs;
  }

  /** Lets calls go by this process's own count. */
  private letGo(): void {
    for (let next = this.queue.first(); next; next = this.queue.first()) {
      if (this.flying.size >= shareOf(this.row.state, this.limits, this.id, this.clock.now())) return;
      const ticket = this.newTicket();
      this.flying.set(ticket, Infinity);
      next.go(this.pass(ticket));
    }
  }

  /** Tells others that this process calls. @throws ConflictError when one of them was faster; then the row was read anew. */
  private async sayThatItCalls(): Promise<void> {
    const state = this.row.state ?? (await this.row.read());
    await this.row.write(sayThatItCalls(state, this.id, this.clock.now()));
  }

  private readonly newTicket = (): string => `${this.id}.${++this.tickets}`;

  /** One turn at a time: what comes up meanwhile is seen to by the next one. Never throws. */
  private async look(): Promise<void> {
    this.again = true;
    if (this.turning) return;
    this.turning = true;
    while (this.again) {
      this.again = false;
      await this.turn();
    }
    this.turning = false;
  }

  private async turn(): Promise<void> {
    this.alarm.abort(takenOver);
    try {
      if (this.row.age() >= (this.isShared() ? staleMs : refreshMs)) await this.row.read();
      if (this.isShared()) await retryConflicts(() => this.share());
      else {
        this.letGo();
        if (this.flying.size > 0 && isUnsaid(this.row.state, this.id, this.clock.now()))
          await retryConflicts(() => this.sayThatItCalls());
        this.letGo();
      }
      this.failures = 0;
    } catch (error) {
      this.storageFailed(error);
    }
  }

  /** @throws ConflictError when another instance was faster; then the row has been read anew. */
  private async share(): Promise<void> {
    let seen = this.row.state ?? (await this.row.read());
    let plan = this.plan(seen);
    // A place that another host gave back, or a pause that an operator ended, does not show in what was read before.
    // A refusal sends work to sleep for long: it is never told by what was read before.
    const age = this.row.age();
    if (plan.refused.length > 0 ? age > 0 : this.waitsForOthers(plan) && age >= pollMs) {
      seen = await this.row.read();
      plan = this.plan(seen);
    }
    if (plan.granted.length > 0 || plan.answered.length > 0) {
      await this.row.write(plan.state);
      const { pausedUntil, why } = plan.state;
      const longer = pausedUntil - Math.max(seen.pausedUntil, plan.at);
      if (longer > 0) this.onPause?.(longer / 1000, pausedUntil, why);
    }
    this.carryOut(plan);
  }

  /** What the row becomes with this process's answers and waiting calls. */
  private plan(row: GateState): Plan {
    const now = this.clock.now();
    // The row may be behind on this process's own calls; nobody knows them better.
    const others = Object.entries(row.tickets).filter(([ticket]) => !this.isOwn(ticket));
    const own = [...this.flying].map(
      ([ticket, until]) => [ticket, Math.min(until, now + ownLostMs)] as const,
    );
    let state: GateState = { ...row, tickets: Object.fromEntries([...others, ...own]) };
    const answered = [...this.answers];
    for (const { ticket, outcome, at, chance } of answered)
      state = leave(state, ticket, outcome, at, () => chance);
    const { maxWaitMs, newTicket } = this;
    return {
      ...admit(state, this.limits, this.queue.all(), { now, maxWaitMs, newTicket }),
      answered,
      at: now,
    };
  }

  private isOwn(ticket: string | undefined): boolean {
    return ticket?.startsWith(`${this.id}.`) ?? false;
  }

  private waitsForOthers({ held, state }: Plan): boolean {
    if (held?.why === 'probe') return !this.isOwn(state.probe);
    return held?.why === 'full' && Object.keys(state.tickets).some((ticket) => !this.isOwn(ticket));
  }

  private carryOut(plan: Plan): void {
    this.answers.splice(0, plan.answered.length);
    for (const { settle } of plan.answered) settle();
    for (const { waiter, ticket } of plan.granted) {
      this.flying.set(ticket, plan.state.tickets[ticket] ?? Infinity);
      const pass = this.pass(ticket);
      if (this.queue.has(waiter)) waiter.go(pass);
      // It gave up while its place was written.
      else void pass.leave({ type: 'failed' });
    }
    for (const { waiter, until } of plan.refused) waiter.fail(tooFarAway(this.system, until));
    if (this.queue.size === 0 || !plan.held) return;
    const poll = this.waitsForOthers(plan) ? this.clock.now() - this.row.age() + pollMs : Infinity;
    this.wakeAt(Math.min(plan.held.until, poll));
  }

  private storageFailed(error: unknown): void {
    this.failedAt = this.clock.now();
    // Answers stay for the next turn, but no caller waits for storage to hand out what it has got.
    for (const { settle } of this.answers) settle();
    if (!this.isShared() && this.isFresh()) this.letGo();
    else for (const waiter of this.queue.all()) waiter.fail(asRetryable(error));
    if (this.answers.length > 0 && ++this.failures <= spareTries) this.wakeAt(this.failedAt + 1_000);
  }

  private wakeAt(time: number): void {
    this.alarm = new AbortController();
    const ms = Math.max(1, Math.ceil(time - this.clock.now()));
    // An abort means that a later turn took over.
    this.clock.sleep(ms, this.alarm.signal).then(
      () => this.look(),
      () => undefined,
    );
  }
}

type Plan = Admission & { readonly answered: readonly Answered[]; readonly at: number };

/** A call that left before the row counted it: its deadline has begun, so this is long enough. */
const ownLostMs = 60_000;

const asRetryable = (error: unknown): unknown =>
  error instanceof ConflictError
    ? new RetryableError('Too many instances ask for their turn at once; try again later', undefined, {
        cause: error,
      })
    : error;
