import type { Origin } from '../destination';

export type Constant = string | number | boolean | null;

type Value<R> = (record: R, to: Origin) => string | undefined;

/**
 * A field that is always the same, or one whose value is asked of each record; where that has none, `fallback`
 * is written, and without one the field is left out.
 */
export type Field<R> =
  | { readonly name: string; readonly constant: Constant }
  | { readonly name: string; readonly value: Value<R>; readonly fallback?: Constant };

interface ValueSegment<R> {
  readonly prefix: string;
  readonly value: Value<R>;
  readonly otherwise: string;
  /** What the record before had here, and its text: most fields of a million records seldom change. */
  last: string | undefined;
  text: string;
}

type Segment<R> = string | ValueSegment<R>;

/**
 * Compiles a list of fields, in order, into a writer of JSON objects. Neighbouring constants become one text,
 * which is what a million records are made of.
 */
export function compileWriter<R>(fields: readonly Field<R>[]): (record: R, to: Origin) => string {
  const segments: Segment<R>[] = [];
  for (const field of fields) {
    const prefix = `,${JSON.stringify(field.name)}:`;
    if ('value' in field) {
      const otherwise = field.fallback === undefined ? '' : prefix + JSON.stringify(field.fallback);
      segments.push({ prefix, value: field.value, last: undefined, text: otherwise, otherwise });
      continue;
    }
    const text = prefix + JSON.stringify(field.constant);
    const last = segments.length - 1;
    if (typeof segments[last] === 'string') segments[last] += text;
    else segments.push(text);
  }
  return (record, to) => {
    let json = '';
    for (const segment of segments) {
      const text = typeof segment === 'string' ? segment : textOf(segment, segment.value(record, to));
      json += json === '' ? text.slice(1) : text;
    }
    return `{${json}}`;
  };
}

function textOf<R>(segment: ValueSegment<R>, value: string | undefined): string {
  if (value === segment.last) return segment.text;
  segment.last = value;
  segment.text = value === undefined ? segment.otherwise : segment.prefix + JSON.stringify(value);
  return segment.text;
}
