import { request as httpRequest } from 'node:http';
import type { HttpFunction } from '../../local/functions';
import { startHttpServer } from '../../local/http-server';
import { InFlight } from '../../local/in-flight';
import { parseRoute } from '../../local/routes';

const fn: HttpFunction = {
  kind: 'http',
  name: 'take',
  methods: ['POST'],
  route: parseRoute('api', 'take'),
  authLevel: 'anonymous',
  registered: { metadata: { name: 'take', bindings: {} }, callback: () => undefined },
};

async function post(bodyLimit: number, chunks: Buffer[]): Promise<{ status: number; sizes: number[] }> {
  const sizes: number[] = [];
  const server = await startHttpServer({
    port: 0,
    functions: [fn],
    run: async (_, { data }) => {
      sizes.push(data.http?.body?.bytes?.length ?? 0);
      return { http: { statusCode: '200' } };
    },
    runByHand: () => ({ status: 404, title: '' }),
    inFlight: new InFlight(),
    log: () => undefined,
    bodyLimit,
  });
  try {
    const status = await new Promise<number>((resolve, reject) => {
      const call = httpRequest(
        { port: server.port, path: '/api/take', method: 'POST', agent: false },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
        },
      );
      call.on('error', reject);
      for (const chunk of chunks) call.write(chunk);
      call.end();
    });
    return { status, sizes };
  } finally {
    server.closeNow();
    await server.close();
  }
}

test('a body of exactly the limit reaches the function', async () => {
  expect(await post(1_000, [Buffer.alloc(400), Buffer.alloc(600)])).toEqual({ status: 200, sizes: [1_000] });
});

test('a body that grows over the limit while it is read is 413, and the function does not run', async () => {
  expect(await post(1_000, [Buffer.alloc(400), Buffer.alloc(601)])).toEqual({ status: 413, sizes: [] });
});
