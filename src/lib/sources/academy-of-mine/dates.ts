import { parseUtc, utc, type Utc } from '../../domain/time';
import { wallClock } from '../../domain/zone';
import type { ReadDate } from '../row-fields';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** `3:20 PM`, `15:20`, `15:20:07`; at the end of a text, or not there. */
const time = String.raw`(?:,?\s+(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2}))?\s*(?<half>[AP]M)?)?`;

/** The forms that one and the same API writes, in the order in which they are tried. */
const forms = [
  // Aug 26, 2020 12:00 AM; Aug 09, 2020; April 15, 2025 03:20 PM
  String.raw`(?<month>[A-Z]{3,9})\.?\s+(?<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?<year>\d{4})`,
  // 10-Aug-2020; 03 Aug 2020; 21st Jan, 2020 12:00 PM
  String.raw`(?<day>\d{1,2})(?:st|nd|rd|th)?[\s-](?<month>[A-Z]{3,9})\.?,?[\s-](?<year>\d{4})`,
  // 22-02-2022: the day comes first
  String.raw`(?<day>\d{1,2})-(?<month>\d{1,2})-(?<year>\d{4})`,
  // 2021-01-01 12:00:00; 2021-01-01
  String.raw`(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})`,
].map((form) => new RegExp(`^${form}${time}$`, 'i'));

/** `2 days ago`, `46 seconds ago`, `Never`, and what stands for nothing. */
const noDate = /^(never|0000-00-00.*|-|n\/?a|null|none|just now|yesterday|today|(an?|about|\d+)\s.*\bago)?$/i;

/**
 * A date as Academy of Mine writes it. What names a zone is taken at its word; all else is by the clock of the
 * tenant. A date without a time is midnight there. Relative texts are no date: they move while they are read.
 */
export function readDate(text: string | null | undefined, timeZone: string): ReadDate {
  const given = (text ?? '').trim();
  if (noDate.test(given)) return 'none';
  if (/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/i.test(given)) return parseUtc(given) ?? 'unreadable';
  const spaced = given.replace(/^(\d{4}-\d{2}-\d{2})T/i, '$1 ').replace(/(:\d{2})\.\d+$/, '$1');
  for (const form of forms) {
    const found = form.exec(spaced)?.groups;
    if (found) return fromParts(found, timeZone) ?? 'unreadable';
  }
  return 'unreadable';
}

function fromParts(part: Readonly<Record<string, string | undefined>>, timeZone: string): Utc | undefined {
  const { month = '', half } = part;
  const named = months.indexOf(month.slice(0, 3).toLowerCase());
  const hour = Number(part.hour ?? 0);
  const [minute, second] = [Number(part.minute ?? 0), Number(part.second ?? 0)];
  if ((half && (hour < 1 || hour > 12)) || minute > 59 || second > 59) return undefined;
  const noon = half?.toUpperCase() === 'PM' ? 12 : 0;
  const ms = Date.UTC(
    Number(part.year),
    /^\d+$/.test(month) ? Number(month) - 1 : named,
    Number(part.day),
    half ? (hour % 12) + noon : hour,
    minute,
    second,
  );
  // Date.UTC makes 3 March of 31 February, and December of month -1: what does not come back was no date.
  const back = new Date(ms);
  const asWritten = back.getUTCDate() === Number(part.day) && back.getUTCFullYear() === Number(part.year);
  return asWritten ? wallClock(utc(ms), timeZone) : undefined;
}
