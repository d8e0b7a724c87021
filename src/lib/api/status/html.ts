/** Markup that is safe to send: made by `html` alone. */
export class Html {
  constructor(readonly text: string) {}
}

type Content = Html | string | number | false | undefined | readonly Content[];

const trimmed = (line: string, start: boolean, end: boolean): string => {
  const left = start ? line.trimStart() : line;
  return end ? left.trimEnd() : left;
};

/**
 * A template of markup. What is filled in is escaped, unless `html` made it; a list is joined, nothing is nothing.
 * Line breaks and indentation of the template itself become one space each, as a browser would take them.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  const parts = strings.map((text) =>
    text
      .split('\n')
      .map((line, i, all) => trimmed(line, i > 0, i < all.length - 1))
      .join(' '),
  );
  return new Html(parts.map((part, i) => (i === 0 ? '' : textOf(values[i - 1])) + part).join(''));
}

function textOf(value: Content): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  return value.map(textOf).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => entities[char] ?? char);
