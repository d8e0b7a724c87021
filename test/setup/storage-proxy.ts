import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the storage account does: it works, says nothing more, or refuses what changes it, or `only` what is named. */
export type StorageMood =
  | { readonly type: 'works' }
  | { readonly type: 'frozen' }
  | {
      readonly type: 'refuses';
      readonly status: number;
      readonly only?: (method: string, path: string) => boolean;
    }
  /** Does what is asked, and once loses the answer: the client sends the same again. */
  | { readonly type: 'loses'; readonly only: (method: string, path: string) => boolean };

const refuses = (
  mood: StorageMood & { type: 'refuses' },
  { method = '', url = '' }: IncomingMessage,
): boolean => (mood.only ? mood.only(method, decodeURIComponent(url)) : method !== 'GET');

/** What was asked of the account. */
export interface StorageCall {
  readonly method: string;
  readonly path: string;
  /** That the answer holds; those of a list. */
  rows: number;
}

export interface StorageProxy {
  /** All so far, in order. */
  readonly calls: StorageCall[];
  /** Leads to the same account as the connection string that it was made of. */
  readonly connectionString: string;
  mood: StorageMood;
  stop(): Promise<void>;
}

/** Stands in front of a storage account, to have it fail as an emulator never does. */
export async function startStorageProxy(connectionString: string): Promise<StorageProxy> {
  const servers: Server[] = [];
  const calls: StorageCall[] = [];
  const proxy = { calls, mood: { type: 'works' } as StorageMood };
  const front = async (endpoint: string): Promise<string> => {
    const behind = new URL(endpoint);
    const server = createServer((incoming, answer) => {
      const { mood } = proxy;
      const call: StorageCall = {
        method: incoming.method ?? '',
        path: decodeURIComponent(incoming.url ?? ''),
        rows: 0,
      };
      calls.push(call);
      if (mood.type === 'frozen') return;
      if (mood.type === 'refuses' && refuses(mood, incoming)) {
        incoming.resume();
        answer.writeHead(mood.status, { 'content-type': 'application/json' }).end('{}');
        return;
      }
      const { method = '', url = '', headers } = incoming;
      const loses = mood.type === 'loses' && mood.only(method, decodeURIComponent(url));
      if (loses) proxy.mood = { type: 'works' };
      const forward = request(
        { host: behind.hostname, port: behind.port, method, path: url, headers },
        (real) => {
          if (loses) {
            real.resume();
            answer.writeHead(500).end();
            return;
          }
          answer.writeHead(real.statusCode ?? 502, real.headers);
          const chunks: Buffer[] = [];
          real.on('data', (chunk: Buffer) => chunks.push(chunk));
          real.on('end', () => (call.rows = rowsIn(Buffer.concat(chunks))));
          real.pipe(answer);
        },
      );
      forward.on('error', () => answer.destroy());
      incoming.pipe(forward);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    servers.push(server);
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}${behind.pathname}`;
  };
  const parts = await Promise.all(
    connectionString.split(';').map(async (part) => {
      const [, name, endpoint] = /^(\w+Endpoint)=(.*)$/.exec(part) ?? [];
      return name && endpoint ? `${name}=${await front(endpoint)}` : part;
    }),
  );
  return Object.assign(proxy, {
    connectionString: parts.join(';'),
    stop: async () => {
      await Promise.all(
        servers.map((server) => {
          server.closeAllConnections();
          return new Promise((done) => server.close(done));
        }),
      );
    },
  });
}

/** Each row of a list has one, whatever is selected of it. */
const rowsIn = (body: Buffer): number => body.toString('latin1').split('"odata.etag"').length - 1;
