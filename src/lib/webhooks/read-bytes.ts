/** An event's body may have so many bytes. */
export const mostEventBytes = 262_144;

/**
 * Reads a body and counts on the way: what its length is said to be counts for nothing.
 * @returns undefined when it is longer than `limit`; the rest is not read then.
 */
export async function readBytes(
  body: AsyncIterable<Uint8Array> | null | undefined,
  limit = mostEventBytes,
): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
