/** One request, by itself or within a batch. */
export interface Request {
  readonly method: string;
  /** Below `/v1.0`, decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parsed; undefined: none, or no JSON. */
  readonly body: unknown;
}

/** @throws when the address cannot be read. @param url below `/v1.0`. */
export function requestOf(method: string, url: string, body: unknown): Request {
  const { pathname, searchParams } = new URL(url, 'https://graph.example.com');
  return { method, path: decodeURIComponent(pathname), query: searchParams, body };
}
