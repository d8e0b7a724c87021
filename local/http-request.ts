import type { IncomingMessage } from 'node:http';
import type { Trigger } from './invocation';

/** The platform's limit for a request. */
const bodyLimit = 100 * 1024 * 1024;

/** The body was larger than allowed; the rest of it was not read. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

/** Reads the bytes and counts them on the way. @throws BodyTooLargeError, or Error when the caller went away */
export function readBody(request: IncomingMessage, limit = bodyLimit): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const tooLarge = (): void => {
      chunks.length = 0;
      request.off('data', take);
      reject(new BodyTooLargeError());
    };
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limit) tooLarge();
      else chunks.push(chunk);
    };
    if (Number(request.headers['content-length'] ?? 0) > limit) return tooLarge();
    request.on('data', take);
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('The caller went away')));
  });
}

/** The address that was asked for. @throws TypeError when it is none */
export function requestUrl(request: IncomingMessage): URL {
  const target = request.url ?? '/';
  // Not `new URL(target, base)`: for a path that starts with two slashes it would take the path for a host.
  return new URL(target.startsWith('/') ? `http://${request.headers.host ?? 'localhost'}${target}` : target);
}

/** What the function gets. The query is left to the URL, which keeps a name that comes twice. */
export function httpTrigger(
  request: IncomingMessage,
  url: URL,
  method: string,
  params: Record<string, string>,
  body: Buffer,
): Trigger {
  return {
    data: {
      http: {
        method,
        url: url.href,
        headers: joined(request.rawHeaders),
        params,
        ...(body.length > 0 && { body: { bytes: body } }),
      },
    },
    traceParent: traceParent(request.headers.traceparent),
  };
}

/** Names in small letters; a header that comes twice is joined by a comma (cookies by a semicolon). */
function joined(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index]?.toLowerCase() ?? '';
    const before = headers[name];
    const value = raw[index + 1] ?? '';
    headers[name] = before === undefined ? value : before + (name === 'cookie' ? '; ' : ', ') + value;
  }
  return headers;
}

const traceParent = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' && /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(header)
    ? header
    : undefined;
