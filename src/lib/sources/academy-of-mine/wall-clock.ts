import { addSeconds, toMs, type Utc } from '../../domain/time';
import { toNaive } from '../../domain/zone';

/**
 * The instant at which the wall clock of a zone shows what `shown` would be in UTC. Of an hour that occurs twice
 * the first; a time that the clock skips is taken as if it had not been put forward yet.
 */
export function wallClock(shown: Utc, timeZone: string): Utc {
  if (timeZone === 'UTC') return shown;
  const ahead = (at: Utc): number => (Date.parse(`${toNaive(at, timeZone)}Z`) - toMs(at)) / 1000;
  // Zones are up to 14 hours ahead, and change their offset once at most within these two days.
  const before = ahead(addSeconds(shown, -86_400));
  const after = ahead(addSeconds(shown, 86_400));
  const early = addSeconds(shown, -before);
  if (before === after || ahead(early) === before) return early;
  const late = addSeconds(shown, -after);
  return ahead(late) === after ? late : early;
}
