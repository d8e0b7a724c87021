import { randomBytes } from 'node:crypto';
import type { HttpBody } from './http';

export interface EncodedBody {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** The bytes of a body, made once and sent the same at every retry. */
export function encodeBody(body: HttpBody): EncodedBody {
  switch (body.type) {
    case 'json':
      return {
        contentType: 'application/json',
        bytes: typeof body.text === 'string' ? Buffer.from(body.text) : body.text,
      };
    case 'form':
      return {
        contentType: 'application/x-www-form-urlencoded',
        bytes: Buffer.from(new URLSearchParams({ ...body.fields }).toString()),
      };
    case 'multipart':
      return encodeMultipart(body.fields);
  }
}

function encodeMultipart(fields: ReadonlyArray<readonly [string, string]>): EncodedBody {
  const boundary = `form-${randomBytes(18).toString('hex')}`;
  const parts = fields.map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"\r\n\r\n${value}\r\n`,
  );
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.from(`${parts.join('')}--${boundary}--\r\n`),
  };
}

/** As browsers write it (HTML, "multipart/form-data encoding algorithm"). */
const escapeName = (name: string): string =>
  name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
