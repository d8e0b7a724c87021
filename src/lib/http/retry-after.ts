import { WaitError } from '../errors';
import type { Throttled } from './gate';

/*
 * What is done about a pause that a system asks for (Retry-After):
 *
 *  1. `askedPause` tells whether an answer asks for one, and for how long.
 *  2. The system's gate holds all calls, of all instances, until it is over (gate-state.ts).
 *  3. A pause of more than `longestSleepMs` is not slept through: it becomes a WaitError.
 *  4. Whoever works puts the work off until `WaitError.until`, which counts as no attempt: a plan (sync/run/plan.ts), a
 *     slice (sync/run/work-slice.ts), an event (webhooks/apply-course-events.ts), a row of enrolments
 *     (enrolments/batch-pass.ts). Lists that are read page by page keep what they have (sync/read-pages.ts).
 */

/** A pause that is longer is not slept through: the work is put off, and its place is free for other work. */
export const longestSleepMs = 60_000;

/** The pause that an answer asks for. @param namedMs what it names, see `retryAfterMs`. @returns undefined: none. */
export function askedPause(status: number, namedMs: number | undefined): Throttled | undefined {
  // A gateway's quota answers 403 with Retry-After (Azure API Management); rights that lack name no time.
  if (status !== 429 && (namedMs === undefined || (status !== 503 && status !== 403))) return undefined;
  const why = namedMs === undefined ? String(status) : `${status} with Retry-After`;
  return { type: 'throttled', retryAfterMs: namedMs, why };
}

/** @param system for people. @param until milliseconds since 1970. */
export function tooFarAway(system: string, until: number): WaitError {
  const at = new Date(until).toISOString().slice(0, 19);
  return new WaitError(`${system} is to be left alone until ${at}Z; the work goes on then`, until);
}

/**
 * The gate makes each attempt of a call wait; here their sum is bounded.
 * @param since when the call was first throttled; both in milliseconds since 1970.
 * @throws WaitError when that is too long ago.
 */
export function boundThrottling(system: string, status: number, since: number, now: number): void {
  if (now - since <= longestSleepMs) return;
  throw new WaitError(
    `${system} has asked for pauses (${status}) for more than a minute; the work goes on later`,
    now + longestSleepMs,
  );
}

/** A longer wait is not believed: it would silence a system for days, and is most often a time taken for seconds. */
const longestWaitMs = 24 * 3600_000;

/**
 * Reads a Retry-After header (RFC 9110 10.2.3): whole seconds or an HTTP date; or a Unix time in seconds or
 * milliseconds, as several APIs write it.
 * @param now milliseconds since 1970.
 * @returns milliseconds from now, never negative, 24 h at most; undefined when there is none that can be believed.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const wait = waitOf(header?.trim() ?? '', now);
  return wait === undefined || wait > longestWaitMs ? undefined : wait;
}

function waitOf(text: string, now: number): number | undefined {
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  if (/^\d{10}$/.test(text)) return Math.max(0, Number(text) * 1000 - now);
  if (/^\d{13}$/.test(text)) return Math.max(0, Number(text) - now);
  // Date.parse takes almost anything that holds a number; an HTTP date starts with the day's name.
  if (text.length > 64 || !/^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
