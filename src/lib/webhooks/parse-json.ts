const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The JSON that bytes hold; undefined when they hold none. JSON is UTF-8 (RFC 8259). */
export function parseJson(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(utf8.decode(bytes)) };
  } catch {
    return undefined;
  }
}

/** JSON of a value; undefined for what has none, and for what is nested deeper than can be written down. */
export function toJson(
  value: unknown,
  replacer?: (this: unknown, key: string, value: unknown) => unknown,
): string | undefined {
  try {
    return JSON.stringify(value, replacer);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
