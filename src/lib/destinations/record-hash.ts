import { hash } from 'node:crypto';

/**
 * 8 bytes, hex, that cover a mapped record: the same fields give the same hash in whatever order they were set,
 * and a field that is undefined counts as one that is not there.
 */
export function recordHash(record: object): string {
  return hash('sha256', canonical(record), 'hex').slice(0, 16);
}

/** Of settings, whatever the order of their fields. */
export const shapeHash = (...settings: readonly unknown[]): string =>
  hash('sha256', JSON.stringify(settings), 'hex').slice(0, 16);

/** A mapped record as a text that does not depend on the order of its fields. */
export function canonical(record: object): string {
  const fields = record as Record<string, unknown>;
  let text = '';
  for (const name of Object.keys(fields).sort()) {
    const value = fields[name];
    if (value !== undefined) text += `${JSON.stringify(name)}:${JSON.stringify(value)},`;
  }
  return text;
}
