import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { PayloadError } from '../errors';
import type { System } from './target';

const decoders = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** A compressed body that ends early: the connection or a proxy cut it, so another attempt may bring it whole. */
export class CutShortError extends PayloadError {}

/**
 * Undoes Content-Encoding, up to a cap: a small body can unfold to gigabytes.
 * @throws PayloadError when it is damaged, too large or of an unknown encoding.
 */
export async function decodeBody(
  system: System,
  encoding: string | undefined,
  body: Buffer,
  maxBytes: number,
): Promise<Buffer> {
  const named = encoding?.trim().toLowerCase() ?? '';
  // Proxies lose the header at times; no JSON text begins so.
  const name = named === '' && body[0] === 0x1f && body[1] === 0x8b ? 'gzip' : named;
  if (name === '' || name === 'identity' || body.length === 0) return body;
  if (!(name in decoders)) {
    throw new PayloadError(`${system.name} answered in an encoding that was not asked for`);
  }
  try {
    return await decoders[name as keyof typeof decoders](body, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new PayloadError(`${system.name} answered more than is read at once; ask for smaller pages`);
    }
    throw new CutShortError(`${system.name} answered a compressed body that is damaged or cut short`);
  }
}
