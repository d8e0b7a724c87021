import type { ServerResponse } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { failure, get, testClient, testDeps } from './client-builder';
import { inTurn, json, TestServer } from './test-server';

let server: TestServer | undefined;
const serve = async (...answers: Array<(response: ServerResponse) => void>): Promise<TestServer> =>
  (server = await TestServer.start(inTurn(...answers)));
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const rows = json({ rows: [1, 2] });

describe('the fence', () => {
  it('stops a call before a byte leaves, at every attempt', async () => {
    const { origin, seen } = await serve(json({}, 500), rows);
    let calls = 0;
    const lost = new Error('lease lost');
    const fence = (): void => {
      if (++calls === 2) throw lost;
    };
    expect(await failure(testClient(origin).json(get({ fence })))).toBe(lost);
    expect([calls, seen.length]).toEqual([2, 1]);
    await testClient(origin).json(get());
    expect(seen).toHaveLength(2);
  });

  it('is asked last, after the token and the gate', async () => {
    const { origin } = await serve(rows);
    const order: string[] = [];
    const deps = testDeps();
    const gate = {
      enter: async (signal: AbortSignal) => {
        order.push('gate');
        return deps.gate.enter(signal);
      },
    };
    const authorizer = {
      headers: async () => {
        order.push('token');
        return {};
      },
      renew: () => undefined,
    };
    await testClient(origin, { ...deps, gate, authorizer }).json(get({ fence: () => order.push('fence') }));
    expect(order).toEqual(['token', 'gate', 'fence']);
  });

  it('lets not one byte out on a connection that already stands', async () => {
    let connections = 0;
    let bytes = 0;
    const listener = createServer((socket) => {
      connections++;
      socket.on('error', () => undefined).on('data', (chunk) => (bytes += chunk.length));
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const closed = new Promise<void>((resolve) =>
      listener.on('connection', (s) => s.on('close', () => resolve())),
    );
    const { port } = listener.address() as AddressInfo;
    const lost = new Error('lease lost');
    const fence = (): void => {
      throw lost;
    };
    const body = { type: 'json', text: '[]' } as const;
    expect(
      await failure(testClient(`http://127.0.0.1:${port}`).json(get({ method: 'POST', body, fence }))),
    ).toBe(lost);
    await closed;
    expect([connections, bytes]).toEqual([1, 0]);
    await new Promise<void>((resolve) => listener.close(() => resolve()));
  });
});
