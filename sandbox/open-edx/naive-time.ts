import { zoned } from '../zone';

/**
 * Reads the fork's dates: exactly `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`, without zone or fraction, in the
 * server's own zone. Of an hour that daylight saving repeats it is the first one.
 * @returns milliseconds since 1970; undefined when the text is not of these forms.
 */
export function parseNaive(text: string, timeZone: string): number | undefined {
  const form = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2}))?$/.exec(text);
  if (!form) return undefined;
  const [year, month, day, hour, minute, second] = form.slice(1).map((part) => Number(part ?? 0));
  const wall = Date.UTC(year!, month! - 1, day, hour, minute, second);
  // 31 February and 25 o'clock roll over in Date.UTC; the server refuses them.
  if (new Date(wall).toISOString().slice(0, 10) !== text.slice(0, 10)) return undefined;
  if (hour! > 23 || minute! > 59 || second! > 59) return undefined;
  const candidates = [wall - 86_400_000, wall + 86_400_000].map((ms) => wall - offset(ms, timeZone));
  const exact = candidates.filter((ms) => ms + offset(ms, timeZone) === wall);
  return Math.min(...(exact.length > 0 ? exact : candidates));
}

/** How far the zone's clock is ahead of UTC at that instant, milliseconds. */
function offset(ms: number, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const { year, month, day, hour, minute, second } = zoned(ms, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
}
