import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Answer, PocketRequest } from './exchange';
import { httpDate, needsAnswer, playFault, type TrueAnswer } from './fault-answers';
import { Faults, type FaultPlan } from './faults';
import { RequestLog, redact } from './request-log';
import { Router, type Handler } from './router';
import { Throttle, type WindowBudget } from './throttle';

export type { Answer, PocketRequest } from './exchange';

/** What every pocket system can be told. */
export interface ServerOptions {
  /** 0: whatever is free. */
  port?: number;
  /** Milliseconds since 1970. */
  clock?: () => number;
  faults?: FaultPlan | readonly FaultPlan[];
  /** Bytes of request body; more is answered by `tooLarge`. */
  bodyLimit?: number;
  /** All requests but the control API's; more are 429 with Retry-After. */
  requestsPerMinute?: number;
  /** The same by a budget that is renewed all at once. */
  budget?: WindowBudget;
  /** A pause before every answer, milliseconds. */
  latencyMs?: number;
  /** Compress answers for callers that accept it. */
  gzip?: boolean;
  /** Fields that rows have, as this vendor writes them on a bad day: each row that has one gets this in its place. */
  oddFields?: Readonly<Record<string, unknown>>;
  /** Lists as PHP writes them when they have a gap: objects with numbers for names; an empty one as null. */
  phpLists?: boolean;
  /** How many requests the log keeps (10,000). */
  keepRequests?: number;
  /** Serve over TLS with these. */
  tls?: { key: string; cert: string };
}

/** What pocket systems share: routing, JSON, the request log, throttling and faults. Listens on loopback alone. */
export class PocketServer {
  readonly faults = new Faults();
  readonly requests: RequestLog;
  readonly router = new Router();
  readonly throttle: Throttle;
  /** Called before a request is answered: tests change the state between two pages here. */
  onRequest: ((request: PocketRequest) => void | Promise<void>) | undefined;
  tooLarge: Answer = { status: 413, body: { error: 'Request Entity Too Large' } };
  notFound: Answer = { status: 404, body: { detail: 'Not found.' } };
  private readonly server: Server;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    readonly name: string,
    readonly options: ServerOptions,
  ) {
    this.requests = new RequestLog(options.keepRequests ?? 10_000);
    this.throttle = new Throttle(() => this.now());
    this.faults.set(options.faults);
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      this.serve(request, response).catch((error: unknown) => {
        console.error(`${this.name}: ${error instanceof Error ? error.stack : String(error)}`);
        response.destroy();
      });
    };
    this.server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
    // Callers pool connections; one that is closed under them at 5 s would be a fault nobody asked for.
    this.server.keepAliveTimeout = 60_000;
  }

  now(): number {
    return this.options.clock?.() ?? Date.now();
  }

  get url(): string {
    const scheme = this.options.tls ? 'https' : 'http';
    return `${scheme}://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  on(method: string, path: string, handler: Handler): void {
    this.router.add(method, path, handler);
  }

  /** @throws Error in one sentence when the port is taken. */
  async start(): Promise<void> {
    const port = this.options.port ?? 0;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (error: NodeJS.ErrnoException) => {
        const taken = error.code === 'EADDRINUSE';
        reject(taken ? new Error(`${this.name}: port ${port} is taken by another program.`) : error);
      });
      this.server.listen(port, '127.0.0.1', resolve);
    });
  }

  /** What happens by itself from now on, so many times a minute. */
  repeat(timesAMinute: number, act: () => void): void {
    if (timesAMinute > 0) this.timer = setInterval(act, 60_000 / timesAMinute).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = performance.now();
    const host = incoming.headers.host ?? '127.0.0.1';
    const url = new URL(incoming.url ?? '/', `${this.options.tls ? 'https' : 'http'}://${host}`);
    const method = incoming.method ?? 'GET';
    const control = url.pathname.startsWith('/_sandbox');
    const { body, tooLarge } = await read(incoming, control ? undefined : this.options.bodyLimit);
    const request = { method, path: decode(url.pathname), params: {}, query: url.searchParams, body };
    const full: PocketRequest = { ...request, headers: incoming.headers, origin: url.origin };
    response.sendDate = false;
    if (control) {
      this.send(response, await this.router.answer(full, this.notFound), incoming);
      return;
    }
    this.requests.inFlight += 1;
    this.requests.mostInFlight = Math.max(this.requests.mostInFlight, this.requests.inFlight);
    response.once('close', () => (this.requests.inFlight -= 1));
    if (this.options.latencyMs) await sleep(this.options.latencyMs);
    await this.onRequest?.(full);
    const fault = this.faults.draw(method, full.path);
    let status: number;
    const answer = async (): Promise<Answer> => inOddForms(await plainAnswer(), this.options);
    const plainAnswer = async (): Promise<Answer> =>
      this.throttle.check('all', this.options.requestsPerMinute) ??
      this.throttle.checkWindow(this.options.budget) ??
      (tooLarge ? this.tooLarge : await this.router.answer(full, this.notFound));
    response.setHeader('Date', httpDate(this.now()));
    if (fault) {
      const truth = whole(needsAnswer(fault) ? await answer() : { status: 200 });
      status = playFault(fault, response, truth, this.now());
    } else {
      status = this.send(response, await answer(), incoming);
    }
    this.requests.add({
      at: this.now(),
      method,
      path: full.path,
      query: Object.fromEntries(url.searchParams),
      status,
      ms: Math.round(performance.now() - began),
      bytes: body.length,
      hasUserAgent: Boolean(incoming.headers['user-agent']),
      headers: redact(incoming.headers),
      ...(fault ? { fault: fault.kind } : {}),
    });
  }

  private send(response: ServerResponse, answer: Answer, incoming: IncomingMessage): number {
    const { status, headers, body } = whole(answer);
    const zips = this.options.gzip && /\bgzip\b/.test(String(incoming.headers['accept-encoding'] ?? ''));
    const content = zips ? gzipSync(body) : body;
    response.writeHead(status, {
      ...headers,
      ...(zips ? { 'Content-Encoding': 'gzip' } : {}),
      'Content-Length': String(content.length),
    });
    response.end(content);
    return status;
  }
}

function inOddForms(answer: Answer, { oddFields = {}, phpLists = false }: ServerOptions): Answer {
  const { body } = answer;
  if (Object.keys(oddFields).length === 0 && !phpLists) return answer;
  if (typeof body !== 'object' || body === null || Buffer.isBuffer(body)) return answer;
  const text = JSON.stringify(body, (name, given: unknown) => {
    const value = Object.hasOwn(oddFields, name) ? oddFields[name] : given;
    return phpLists && Array.isArray(value) ? phpList(value) : value;
  });
  return { ...answer, body: JSON.parse(text) as unknown };
}

const phpList = (list: readonly unknown[]): object | null =>
  list.length === 0 ? null : Object.fromEntries(list.map((one, place) => [place * 2, one]));

function whole(answer: Answer): TrueAnswer {
  const { status, headers = {}, body } = answer;
  if (body === undefined) return { status, headers, body: Buffer.alloc(0) };
  if (Buffer.isBuffer(body)) return { status, headers, body };
  if (typeof body === 'string') {
    return {
      status,
      headers: { 'Content-Type': 'text/html; charset=utf-8', ...headers },
      body: Buffer.from(body),
    };
  }
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** Reads on past the limit, without keeping it, so that the caller can read the refusal. */
async function read(from: IncomingMessage, limit = Infinity): Promise<{ body: Buffer; tooLarge: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of from as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  return { body: size <= limit ? Buffer.concat(chunks) : Buffer.alloc(0), tooLarge: size > limit };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
