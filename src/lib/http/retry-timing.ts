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

/**
 * Reads a Retry-After header (RFC 9110 10.2.3): whole seconds or an HTTP date.
 * @param now milliseconds since 1970.
 * @returns milliseconds from now, never negative; undefined when there is none that can be read.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // Date.parse takes almost anything that holds a number; an HTTP date starts with the day's name.
  if (!/^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
