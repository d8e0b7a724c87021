import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A request as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Handler = (seen: Seen, response: ServerResponse) => void;

/** A real server on a free port that answers what a test tells it to, and remembers what it was asked. */
export class TestServer {
  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    readonly origin: string,
    readonly seen: readonly Seen[],
  ) {}

  static async start(handler: Handler, tls?: { cert: string; key: string }): Promise<TestServer> {
    const seen: Seen[] = [];
    const listener: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const url = new URL(request.url ?? '/', 'http://test');
        const one: Seen = {
          method: request.method ?? '',
          path: url.pathname,
          query: url.searchParams,
          headers: request.headers,
          body: Buffer.concat(chunks).toString(),
        };
        seen.push(one);
        handler(one, response);
      });
    };
    const server = tls ? createTlsServer(tls, listener) : createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return new TestServer(server, `${tls ? 'https' : 'http'}://127.0.0.1:${port}`, seen);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

export const json =
  (value: unknown, status = 200, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  };

/** Gives the first answer to the first call and so on; the last one for ever. */
export function inTurn(...answers: Array<(response: ServerResponse) => void>): Handler {
  let turn = 0;
  return (_, response) => answers[Math.min(turn++, answers.length - 1)]?.(response);
}
