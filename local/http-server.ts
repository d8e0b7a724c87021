import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { appOperations } from '../src/lib/api/operations/app';
import { pathTo } from '../src/lib/api/operations/operation';
import { answerAdmin, loopback, type RunFunction } from './admin';
import type { TypedData } from './core-types';
import type { HttpFunction } from './functions';
import type { HostLog } from './host-log';
import type { InFlight } from './in-flight';
import { BodyTooLargeError, httpTrigger, readBody, requestUrl } from './http-request';
import { sendProblem, sendResponse } from './http-response';
import type { Trigger } from './invocation';
import { byPrecedence, matchRoute } from './routes';

export interface HttpServerOptions {
  readonly port: number;
  readonly functions: readonly HttpFunction[];
  /** Runs the function and gives its return value. Logs what it throws, and throws it on. */
  readonly run: (fn: HttpFunction, trigger: Trigger) => Promise<TypedData | null | undefined>;
  readonly runByHand: RunFunction;
  readonly log: HostLog;
  /** Holds every request until its answer is out, so that a stop can wait for them. */
  readonly inFlight: InFlight;
  /** Bytes; for tests. */
  readonly bodyLimit?: number;
}

/** Listens on 127.0.0.1 only. @throws Error in one sentence when the port is taken or not allowed */
export async function startHttpServer(
  options: HttpServerOptions,
): Promise<{ port: number; close(): Promise<void>; closeNow(): void }> {
  const routes = [...options.functions].sort((left, right) => byPrecedence(left.route, right.route));
  const server = createServer((request, response) => {
    const name = `${request.method} ${(request.url ?? '').split('?')[0]}`;
    void options.inFlight.run(name, async () => {
      const sent = new Promise((resolve) => response.once('close', resolve));
      try {
        await answer(request, response, routes, options);
      } catch (error) {
        options.log('error', `${name} could not be answered: ${String(error)}`);
        if (response.headersSent) response.destroy();
        else sendProblem(response, 500, 'The host could not answer');
      }
      await sent;
    });
  });
  await listen(server, options.port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      return closed;
    },
    closeNow: () => server.closeAllConnections(),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} is taken: stop what listens there, or set PORT to another one`;
      const why = error.code === 'EADDRINUSE' ? taken : `Port ${port} cannot be used: ${error.message}`;
      reject(new Error(why, { cause: error }));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** Where who types the bare address wants to go. */
const page = `/api/${pathTo(appOperations.getStatus)}`;

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  routes: readonly HttpFunction[],
  options: HttpServerOptions,
): Promise<void> {
  let url: URL;
  try {
    url = requestUrl(request);
  } catch {
    return sendProblem(response, 400, 'The address or the Host header cannot be read');
  }
  if (/^\/admin(\/|$)/i.test(url.pathname))
    return answerAdmin(request, response, url.pathname, options.runByHand);
  // A page of another site reaches this host by a name of its own that it lets point here (DNS rebinding).
  if (!loopback.test(request.headers.host ?? ''))
    return sendProblem(response, 421, 'This host answers to localhost alone; ask it by that name');
  const fitting = routes.flatMap((fn) => {
    const params = matchRoute(fn.route, url.pathname);
    return params ? [{ fn, params }] : [];
  });
  if (fitting.length === 0 && url.pathname === '/' && routes.some(({ route }) => matchRoute(route, page)))
    return void response.writeHead(302, { Location: page }).end();
  if (fitting.length === 0) return sendProblem(response, 404, 'No function answers at this address');
  const method = request.method ?? 'GET';
  const takes = (wanted: string) => fitting.find(({ fn }) => fn.methods.includes(wanted));
  const head = method === 'HEAD';
  const chosen = takes(method) ?? (head ? takes('GET') : undefined);
  if (!chosen) {
    const Allow = allowed(fitting.flatMap(({ fn }) => fn.methods));
    if (method === 'OPTIONS') return void response.writeHead(204, { Allow }).end();
    return sendProblem(response, 405, `This address does not take ${method}`, { Allow });
  }
  let body: Buffer;
  try {
    body = await readBody(request, options.bodyLimit);
  } catch (error) {
    if (error instanceof BodyTooLargeError) return refuseBody(request, response);
    return; // The caller went away, so nobody waits for an answer.
  }
  // A function that lists GET alone is not made for HEAD: it runs as for GET and its body stays here.
  const runsAs = head && !chosen.fn.methods.includes('HEAD') ? 'GET' : method;
  const trigger = httpTrigger(request, url, runsAs, chosen.params, body);
  let value: TypedData | null | undefined;
  try {
    value = await options.run(chosen.fn, trigger);
  } catch {
    return sendProblem(response, 500, `The function ${chosen.fn.name} failed`);
  }
  sendResponse(response, value, head);
}

function allowed(methods: readonly string[]): string {
  const all = new Set([...methods, 'OPTIONS']);
  if (all.has('GET')) all.add('HEAD');
  return [...all].sort().join(', ');
}

/** Answers while the caller may still be sending: what comes is thrown away for a moment, then the line is cut. */
function refuseBody(request: IncomingMessage, response: ServerResponse): void {
  sendProblem(response, 413, 'The body is larger than this host takes', { Connection: 'close' });
  request.resume();
  setTimeout(() => request.destroy(), 1_000).unref();
}
