import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PayloadError } from '../errors';
import type { System } from './target';

const unpack = promisify(gunzip);

/** A compressed body that ends early: the connection or a proxy cut it, so another attempt may bring it whole. */
export class CutShortError extends PayloadError {}

/**
 * Unpacks gzip, the one encoding that is asked for, up to a cap: a small body can unfold to gigabytes. (Undici's own
 * interceptor is experimental, says so as a warning in each process, and reads what nobody asked for.)
 * @throws PayloadError when it is damaged, too large or of another encoding.
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
  if (name !== 'gzip' && name !== 'x-gzip') {
    const what = /^[\w-]{1,20}$/.test(name) ? `the encoding ${name}` : 'an encoding';
    throw new PayloadError(
      `${system.name} answered in ${what}, which was not asked for; it or a proxy before it is to send gzip, or plain JSON`,
    );
  }
  try {
    return await unpack(body, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new PayloadError(`${system.name} answered more than is read at once; ask for smaller pages`);
    }
    throw new CutShortError(`${system.name} answered a compressed body that is damaged or cut short`);
  }
}
