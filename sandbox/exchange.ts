import type { IncomingMessage } from 'node:http';

/** What a pocket system is asked. */
export interface PocketRequest {
  readonly method: string;
  /** Decoded. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** The origin the caller used, for absolute links. */
  readonly origin: string;
}

/** `body`: a string or Buffer goes out as it is, anything else as JSON; undefined is an empty body. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}
