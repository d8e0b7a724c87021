import { createHash } from 'node:crypto';

/** Of what this app names: made by chance once, and never to be changed. */
const namespace = Buffer.from('5f0c6d1a2b7e4c0e9a4d8f61c3e27b95', 'hex');

/** A UUID, version 5 (RFC 9562): the same for the same text, wherever and whenever it is made. */
export function stableUuid(text: string): string {
  const bytes = createHash('sha1').update(namespace).update(text).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
