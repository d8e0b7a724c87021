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
