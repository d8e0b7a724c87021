/** A text without the slashes at its end; in steps, since a pattern takes the square of their number. */
export function withoutTrailingSlashes(text: string): string {
  let end = text.length;
  while (text[end - 1] === '/') end--;
  return text.slice(0, end);
}

/** A text without slashes at its beginning and its end. */
export const withoutSlashes = (text: string): string => withoutTrailingSlashes(text).replace(/^\/+/, '');
