import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { App } from '../../src/lib/app';
import { post } from './hooks';

export interface FrontDoor {
  /** `http://127.0.0.1:<port>/api/webhooks/<source>` */
  readonly url: (source: string) => string;
  stop(): Promise<void>;
}

/** The app's webhooks behind a port, with the check of a function key that the platform makes. */
export async function openFrontDoor(app: App, code: string): Promise<FrontDoor> {
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
      const answer =
        searchParams.get('code') === code
          ? await post(app, {
              source: pathname.split('/').at(-1),
              event: searchParams.get('event') ?? undefined,
              method: request.method,
              body: Buffer.concat(chunks),
            })
          : { status: 401, body: '' };
      response.writeHead(answer.status).end(answer.body);
    })();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: (source) => `http://127.0.0.1:${port}/api/webhooks/${source}`,
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
