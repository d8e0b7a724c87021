const formats = new Map<string, Intl.DateTimeFormat>();

// Making one is slow.
function format(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, made);
  return made;
}

type Part = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second';

/** What a zone's clock and calendar show. January is 1. @param ms milliseconds since 1970. */
export const zoned = (ms: number, timeZone: string): Record<Part, number> =>
  Object.fromEntries(
    format(timeZone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Record<Part, number>;
