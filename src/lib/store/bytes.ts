import { gunzipSync, gzipSync } from 'node:zlib';

// A binary property holds 64 KiB, and base64 on the wire is what some servers count: 48,000 is safe for both.
const chunk = 48_000;

/** Cuts bytes into properties `<name>0`, `<name>1`, … of an entity. An entity holds about 750,000 of them. */
export function toProperties(name: string, bytes: Uint8Array): Record<string, Uint8Array | number> {
  const properties: Record<string, Uint8Array | number> = { [`${name}Length`]: bytes.length };
  for (let i = 0; i * chunk < bytes.length; i++)
    properties[`${name}${i}`] = Uint8Array.from(bytes.subarray(i * chunk, (i + 1) * chunk));
  return properties;
}

/** Puts them together again; undefined when the entity has none or some are missing. */
export function fromProperties(name: string, entity: Readonly<Record<string, unknown>>): Buffer | undefined {
  const length = entity[`${name}Length`];
  if (typeof length !== 'number') return undefined;
  const parts: Uint8Array[] = [];
  for (let i = 0; i * chunk < length; i++) {
    const part = entity[`${name}${i}`];
    if (!(part instanceof Uint8Array)) return undefined;
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  return bytes.length === length ? bytes : undefined;
}

/** JSON of any size as compressed properties. */
export const toJsonProperties = (name: string, value: unknown): Record<string, Uint8Array | number> =>
  toProperties(name, gzipSync(JSON.stringify(value)));

/** @throws Error when what is stored is no such JSON. */
export function fromJsonProperties(name: string, entity: Readonly<Record<string, unknown>>): unknown {
  const bytes = fromProperties(name, entity);
  return bytes && JSON.parse(gunzipSync(bytes).toString('utf8'));
}
