const baseMs = 500;
const capMs = 30_000;

/**
 * Full-jitter exponential back-off: anything between nothing and a bound that doubles, so that callers that
 * failed together do not come back together.
 * @param attempt how often it failed before, from 0.
 * @param random gives 0 up to 1.
 * @returns milliseconds to wait, at most 30 s.
 */
export function backoffMs(attempt: number, random: () => number): number {
  return Math.round(random() * Math.min(capMs, baseMs * 2 ** attempt));
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
