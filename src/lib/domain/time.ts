declare const utcBrand: unique symbol;

/**
 * An instant in UTC, to the second, as `YYYY-MM-DDTHH:MM:SSZ`. Two of them compare as text. Made here and
 * nowhere else; a vendor's own way of writing times is read in that vendor's folder.
 */
export type Utc = string & { readonly [utcBrand]: true };

/** A span of time. Whether a server treats its bounds as inclusive is unknown, so neighbours share a bound. */
export interface Window {
  readonly from: Utc;
  readonly to: Utc;
}

/** @param ms milliseconds since 1970, UTC; fractions of a second are cut off. @throws RangeError when not a time. */
export function utc(ms: number | Date): Utc {
  return `${new Date(ms).toISOString().slice(0, 19)}Z` as Utc;
}

/** Reads an ISO 8601 text, taken as UTC unless it names a zone; undefined when it is no time. */
export function parseUtc(text: string): Utc | undefined {
  const form = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;
  if (!form.test(text)) return undefined;
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/i.test(text.slice(10)) || text.length === 10;
  const ms = Date.parse(zoned ? text : `${text}Z`);
  if (Number.isNaN(ms)) return undefined;
  // A zone may carry the last hours of the year 9999 into one of five digits, which does not compare as text.
  const year = new Date(ms).getUTCFullYear();
  return year < 0 || year > 9999 ? undefined : utc(ms);
}

/** @returns milliseconds since 1970. */
export const toMs = (time: Utc): number => Date.parse(time);

/** @param seconds may be negative. */
export const addSeconds = (time: Utc, seconds: number): Utc => utc(toMs(time) + seconds * 1000);

export const earlier = (a: Utc, b: Utc): Utc => (a < b ? a : b);
export const later = (a: Utc, b: Utc): Utc => (a > b ? a : b);
