import { addSeconds, toMs, utc, type Utc, type Window } from './time';

/*
 * Some servers take times without a zone and read them in their own. The zone's rules come from Intl; a
 * formatter costs far more to make than to use, so one a zone is kept.
 */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string): Intl.DateTimeFormat {
  let made = formatters.get(timeZone);
  if (!made) {
    made = new Intl.DateTimeFormat('en-CA-u-ca-gregory-nu-latn', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formatters.set(timeZone, made);
  }
  return made;
}

/** Whether Intl knows the IANA name. */
export function isTimeZone(timeZone: string): boolean {
  try {
    formatter(timeZone);
    return true;
  } catch {
    return false;
  }
}

/** The wall clock of a zone at an instant, as `YYYY-MM-DDTHH:MM:SS`. @throws RangeError for an unknown zone. */
export function toNaive(time: Utc, timeZone: string): string {
  if (timeZone === 'UTC') return time.slice(0, 19);
  const part: Record<string, string> = {};
  for (const { type, value } of formatter(timeZone).formatToParts(toMs(time))) part[type] = value;
  const year = (part.year ?? '').padStart(4, '0');
  return `${year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`;
}

/** Seconds that the zone's wall clock is ahead of UTC at an instant. */
function offsetSeconds(time: Utc, timeZone: string): number {
  return (Date.parse(`${toNaive(time, timeZone)}Z`) - toMs(time)) / 1000;
}

/**
 * The instant at which the wall clock of a zone shows what `shown` would be in UTC. Of an hour that occurs twice
 * the first; a time that the clock skips is taken as if it had not been put forward yet.
 */
export function wallClock(shown: Utc, timeZone: string): Utc {
  if (timeZone === 'UTC') return shown;
  // Zones are up to 14 hours ahead, and change their offset once at most within these two days.
  const before = offsetSeconds(addSeconds(shown, -86_400), timeZone);
  const after = offsetSeconds(addSeconds(shown, 86_400), timeZone);
  const early = addSeconds(shown, -before);
  if (before === after || offsetSeconds(early, timeZone) === before) return early;
  const late = addSeconds(shown, -after);
  return offsetSeconds(late, timeZone) === after ? late : early;
}

/**
 * The span whose wall-clock times occur twice because the clock was set back within it: from the first
 * occurrence of the first of them to the end of the second occurrence of the last (exclusive).
 * @returns undefined when the wall-clock time of this instant occurs once.
 */
export function ambiguity(time: Utc, timeZone: string): Window | undefined {
  if (timeZone === 'UTC') return undefined;
  // Clocks are set back by three hours at the very most, and never twice within a day.
  const reach = 3 * 3600;
  let before = addSeconds(time, -reach);
  let after = addSeconds(time, reach);
  const back = offsetSeconds(before, timeZone) - offsetSeconds(after, timeZone);
  if (back <= 0) return undefined;
  const old = offsetSeconds(before, timeZone);
  while (toMs(after) - toMs(before) > 1000) {
    const middle = utc((toMs(before) + toMs(after)) / 2);
    if (offsetSeconds(middle, timeZone) === old) before = middle;
    else after = middle;
  }
  const span = { from: addSeconds(after, -back), to: addSeconds(after, back) };
  return span.from <= time && time < span.to ? span : undefined;
}

/** Whether the wall-clock time of this instant occurs twice: a server cannot tell which one is meant. */
export const isAmbiguous = (time: Utc, timeZone: string): boolean => ambiguity(time, timeZone) !== undefined;

/** The instant from which wall-clock times occur twice, for an ambiguous one; any other instant as it is. */
export const startOfAmbiguity = (time: Utc, timeZone: string): Utc => ambiguity(time, timeZone)?.from ?? time;

/** The first instant after the times that occur twice, for an ambiguous one; any other instant as it is. */
export const endOfAmbiguity = (time: Utc, timeZone: string): Utc => ambiguity(time, timeZone)?.to ?? time;
