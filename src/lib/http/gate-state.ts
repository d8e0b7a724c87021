import type { CallOutcome } from './gate';
import { backoffMs } from './retry-timing';

/** What a gate keeps to. */
export interface GateLimits {
  /** Calls in flight. */
  readonly concurrency: number;
  /** Undefined: no rate. */
  readonly requestsPerMinute: number | undefined;
}

/**
 * All that a gate remembers: small, plain JSON, so that it can be a row that instances share. Times are
 * milliseconds since 1970.
 */
export interface GateState {
  /** The earliest time at which the rate lets the next call leave (GCRA). */
  readonly nextAt: number;
  /** Nothing leaves before. */
  readonly pausedUntil: number;
  /** What the system answered when it last asked for a pause. */
  readonly why?: string;
  /** Throttled answers in a row, a pause each. Above 0 the gate is half open: one probe at a time. */
  readonly strikes: number;
  /** Good answers since the gate last reopened, the probe's included; undefined: it never had to close. */
  readonly passed: number | undefined;
  /** The ticket of the call that goes first after a pause. */
  readonly probe: string | undefined;
  /** The calls in flight: a ticket, and when it is given up for lost (its holder died). */
  readonly tickets: Readonly<Record<string, number>>;
  /** Instances that call the system, and when each is taken to have stopped: they share the calls in flight. */
  readonly users?: Readonly<Record<string, number>>;
}

export const openGate: GateState = {
  nextAt: 0,
  pausedUntil: 0,
  strikes: 0,
  passed: undefined,
  probe: undefined,
  tickets: {},
};

export type GateDecision =
  | { readonly type: 'go' }
  /** Nobody may leave before `until`. */
  | { readonly type: 'wait'; readonly why: 'pause' | 'rate'; readonly until: number }
  /** As soon as a call comes back; at the latest at `until`, when the holder of a ticket is given up for lost. */
  | { readonly type: 'wait'; readonly why: 'full' | 'probe'; readonly until: number };

/** A ticket outlives every call's deadline (30 s); what is older belongs to a process that died. */
const ticketMs = 60_000;

/**
 * After a pause, one more call in flight for so many good answers. When the system's patience ends again, all that
 * is in flight is refused: about one call in twenty, whatever the limit is, or one in all where it is smaller.
 */
const answersACall = 20;

/** A shorter pause is no answer to being throttled: the gate backs off as if none was named. */
const shortestNamedPauseMs = 100;

/**
 * Asks whether a call may leave now, and if so notes that it did.
 * @param ticket names the call; unique among those in flight.
 */
export function enter(
  state: GateState,
  limits: GateLimits,
  ticket: string,
  now: number,
): { state: GateState; decision: GateDecision } {
  const current = withoutLostTickets(state, now);
  const wait = (why: 'pause' | 'rate' | 'full' | 'probe', until: number) => ({
    state: current,
    decision: { type: 'wait', why, until } as const,
  });

  if (now < current.pausedUntil) return wait('pause', current.pausedUntil);
  if (current.probe !== undefined) return wait('probe', current.tickets[current.probe] ?? now);
  const flying = Object.values(current.tickets);
  if (flying.length >= width(current, limits)) return wait('full', Math.min(...flying));
  if (now < current.nextAt) return wait('rate', current.nextAt);

  const next: GateState = {
    ...current,
    nextAt: limits.requestsPerMinute === undefined ? 0 : now + 60_000 / limits.requestsPerMinute,
    probe: current.strikes > 0 ? ticket : undefined,
    tickets: { ...current.tickets, [ticket]: now + ticketMs },
  };
  return { state: next, decision: { type: 'go' } };
}

/** Notes that a call came back. */
export function leave(
  state: GateState,
  ticket: string,
  outcome: CallOutcome,
  now: number,
  random: () => number,
): GateState {
  const { [ticket]: _gone, ...tickets } = state.tickets;
  const wasProbe = state.probe === ticket;
  const back = { ...state, tickets, probe: wasProbe ? undefined : state.probe };
  if (outcome.type === 'ok') {
    // Only the probe reopens: an answer to a call that left before the pause says nothing about now.
    if (wasProbe) return { ...back, strikes: 0, passed: 1 };
    const counts = back.strikes === 0 && back.passed !== undefined;
    return counts ? { ...back, passed: (back.passed ?? 0) + 1 } : back;
  }
  if (outcome.type === 'failed') return back;

  const named = outcome.retryAfterMs;
  const pause =
    named !== undefined && named >= shortestNamedPauseMs ? named : backoffMs(state.strikes + 1, random);
  // Calls that were in flight together are throttled together: that is one strike.
  const sameThrottle = !wasProbe && state.strikes > 0;
  return {
    ...back,
    strikes: sameThrottle ? state.strikes : state.strikes + 1,
    pausedUntil: Math.max(state.pausedUntil, now + pause),
    ...(outcome.why !== undefined && now + pause > state.pausedUntil && { why: outcome.why }),
  };
}

/** How many calls may be in flight now. */
function width({ passed, strikes }: GateState, { concurrency }: GateLimits): number {
  if (passed === undefined || strikes > 0) return concurrency;
  return Math.min(concurrency, Math.max(1, Math.floor(passed / answersACall)));
}

/** When the n-th call from now (from 0) may leave as far as pause and rate say. */
export function earliest(state: GateState, limits: GateLimits, n: number): number {
  const spacing = limits.requestsPerMinute === undefined ? 0 : 60_000 / limits.requestsPerMinute;
  return Math.max(state.pausedUntil, state.nextAt) + n * spacing;
}

function withoutLostTickets(state: GateState, now: number): GateState {
  const entries = Object.entries(state.tickets);
  if (entries.every(([, until]) => until > now)) return state;
  const tickets = Object.fromEntries(entries.filter(([, until]) => until > now));
  const probe = state.probe !== undefined && state.probe in tickets ? state.probe : undefined;
  return { ...state, tickets, probe };
}
