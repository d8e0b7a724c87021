import { createServer, request as forward, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a test makes of an answer before it goes on. `body` is JSON where there is some. */
export type Edit = (
  body: unknown,
  request: { readonly path: string; readonly query: URLSearchParams },
) => unknown;

/** Stands in front of a pocket server and changes what it answers, as a vendor's next version would. */
export class EditingProxy {
  edit: Edit = (body) => body;

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    readonly url: string,
  ) {}

  static async start(target: string): Promise<EditingProxy> {
    const server = createServer((incoming, response) => {
      const { method, headers, url = '/' } = incoming;
      const outgoing = forward(`${target}${url}`, { method, headers }, (answer) => {
        void bodyOf(answer).then((bytes) => {
          const edited = proxy.edited(bytes, new URL(url, target));
          const { 'content-length': _, ...others } = answer.headers;
          response.writeHead(answer.statusCode ?? 502, { ...others, 'content-length': edited.length });
          response.end(edited);
        });
      });
      outgoing.on('error', () => response.destroy());
      incoming.pipe(outgoing);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const proxy = new EditingProxy(server, `http://127.0.0.1:${port}`);
    return proxy;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private edited(bytes: Buffer, url: URL): Buffer {
    let json: unknown;
    try {
      json = JSON.parse(bytes.toString('utf8'));
    } catch {
      return bytes;
    }
    const result = this.edit(json, { path: url.pathname, query: url.searchParams });
    return Buffer.from(typeof result === 'string' ? result : JSON.stringify(result));
  }
}

async function bodyOf(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
