import type { Destination } from '../sink';

export type Constant = string | number | boolean | null;

type Value<R> = (record: R, to: Destination) => string | undefined;

/**
 * A field that is always the same, or one whose value is asked of each record; where that has none, `fallback`
 * is written, and without one the field is left out.
 */
export type Field<R> =
  | { readonly name: string; readonly constant: Constant }
  | { readonly name: string; readonly value: Value<R>; readonly fallback?: Constant };

/**
 * Compiles a list of fields, in order, into a writer of JSON objects. Neighbouring constants become one text,
 * which is what a million records are made of.
 */
export function compileWriter<R>(fields: readonly Field<R>[]): (record: R, to: Destination) => string {
  const segments: Array<string | { prefix: string; value: Value<R>; otherwise: string }> = [];
  for (const field of fields) {
    const prefix = `,${JSON.stringify(field.name)}:`;
    if ('value' in field) {
      const otherwise = field.fallback === undefined ? '' : prefix + JSON.stringify(field.fallback);
      segments.push({ prefix, value: field.value, otherwise });
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
      if (typeof segment === 'string') {
        json += segment;
        continue;
      }
      const value = segment.value(record, to);
      json += value !== undefined ? segment.prefix + JSON.stringify(value) : segment.otherwise;
    }
    return `{${json.slice(1)}}`;
  };
}
