/** Of a longer text the rest is never told. */
const longest = 4_000;

/**
 * A vendor's words as they may stand in a message or a note: one line, short, without any mail address, link or
 * long token.
 */
export function safeWords(words: string): string {
  const clean = words
    .slice(0, longest)
    .replace(/[\p{C}\s]+/gu, ' ')
    .split(' ')
    .map((word) => (/@|%40|＠|\(at\)/i.test(word) ? '…' : word))
    .join(' ')
    .replace(/\b\w+:\/\/\S*/g, '…')
    .replace(/[\w-]{25,}/g, '…')
    .trim();
  return clean.length > 120 ? `${clean.slice(0, 119)}…` : clean;
}

/**
 * Why a call was refused, in the vendor's own words. No vendor publishes the form of all its errors: Liferay's
 * (`{status, title}`), Laravel's (`{message}`) and the usual ones are looked at.
 * @returns undefined when there are none that can be told.
 */
export function refusalReason(body: unknown): string | undefined {
  const fields = isObject(body) ? body : {};
  const nested = isObject(fields.error) ? fields.error : {};
  for (const of of [fields, nested])
    for (const name of [
      'title',
      'reason',
      'message',
      'error_description',
      'errorMessage',
      'detail',
      'result',
      'error',
    ]) {
      const words = of[name];
      if (typeof words !== 'string') continue;
      const safe = safeWords(words);
      if (/\p{L}{2}/u.test(safe)) return safe;
    }
  return undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
