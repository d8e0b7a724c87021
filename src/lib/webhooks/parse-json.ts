const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The JSON that bytes hold; undefined when they hold none. JSON is UTF-8 (RFC 8259). */
export function parseJson(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(utf8.decode(bytes)) };
  } catch {
    return undefined;
  }
}
