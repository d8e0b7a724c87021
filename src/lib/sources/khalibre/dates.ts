import { parseUtc, utc, type Utc } from '../../domain/time';

/** No date is longer, and the patterns below take their time with long texts. */
const longest = 64;

/**
 * The form of Khalibre's dates is not published. Read are ISO 8601 (also with a space for the T, or with a zone
 * like `+0000`), the form of mail headers, Java's own (`Sun Jan 05 00:00:00 UTC 2025`), and milliseconds or
 * seconds since 1970 as a text. A time without a zone is taken as UTC.
 * @returns undefined for any other: `05/01/2025` could be two days.
 */
export function readDate(text: string): Utc | undefined {
  if (text.length > longest) return undefined;
  const trimmed = text.trim();
  const iso = parseUtc(
    trimmed.replace(/^(\d{4}-\d{2}-\d{2})\s+(\d)/, '$1T$2').replace(/\s(?=Z|[+-]\d)/i, ''),
  );
  if (iso) return iso;
  if (/^\d{12,14}$/.test(trimmed)) return utc(Number(trimmed));
  if (/^\d{9,10}$/.test(trimmed)) return utc(Number(trimmed) * 1000);
  const java = /^\w{3} (\w{3} \d{2}) (\d{2}:\d{2}:\d{2}) (?:UTC|GMT) (\d{4})$/.exec(trimmed);
  if (java) return parsed(`${java[1]} ${java[3]} ${java[2]} UTC`);
  return /^\w{3}, \d{1,2} \w{3} \d{4} [\d:]+ (GMT|UTC|[+-]\d{4})$/.test(trimmed)
    ? parsed(trimmed)
    : undefined;
}

function parsed(text: string): Utc | undefined {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : utc(ms);
}
