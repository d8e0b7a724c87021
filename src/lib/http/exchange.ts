import { Agent, type Dispatcher } from 'undici';

/** One attempt: a request as it goes out. */
export interface Request {
  readonly target: URL;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | undefined;
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
  readonly maxBytes: number;
  readonly fence: (() => void) | undefined;
  /** Once its bytes have left, the signal ends it no more: the system would finish it all the same. */
  readonly sentIsSent: boolean;
}

/** One attempt: an answer as it came in, whatever its status. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** An attempt without an answer. `left` says whether any byte may have reached the system. */
export class ExchangeFailed extends Error {
  override readonly name = 'ExchangeFailed';
  constructor(
    readonly code: string,
    readonly left: boolean,
    options?: ErrorOptions,
  ) {
    super(`no answer: ${code}`, options);
  }
}

/**
 * The one agent of the process. Its own time-outs are off: one deadline covers a whole try, from looking up the
 * host to the last byte. Certificates are verified whatever NODE_TLS_REJECT_UNAUTHORIZED says, and HTTP/1.1 is
 * spoken alone, where nothing lies between the fence and the socket.
 */
export const sharedAgent = new Agent({
  headersTimeout: 0,
  bodyTimeout: 0,
  allowH2: false,
  connect: { rejectUnauthorized: true, timeout: 20_000 },
});

/**
 * Sends one request and reads its answer to the end, within the deadline and the cap.
 * @throws ExchangeFailed; whatever the fence threw; the signal's reason.
 */
export function exchange(agent: Dispatcher, request: Request): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const handler = new AnswerCollector(request, resolve, reject);
    if (handler.settled) return;
    agent.dispatch(
      {
        origin: request.target.origin,
        path: request.target.pathname + request.target.search,
        method: request.method,
        headers: request.headers,
        body: request.body,
      },
      handler,
    );
  });
}

/**
 * Undici's own `request` cannot be stopped while it still connects, and hands out the body apart from the
 * headers; a handler of our own has one end for everything.
 */
class AnswerCollector implements Dispatcher.DispatchHandler {
  settled = false;
  private controller: Dispatcher.DispatchController | undefined;
  private left = false;
  private status = 0;
  private headers: RawAnswer['headers'] = {};
  private size = 0;
  private readonly chunks: Buffer[] = [];
  private readonly timer: NodeJS.Timeout;
  private readonly onAbort = (): void => {
    if (!(this.left && this.request.sentIsSent)) this.fail(this.request.signal.reason as Error);
  };

  constructor(
    private readonly request: Request,
    private readonly resolve: (answer: RawAnswer) => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.timer = setTimeout(() => this.fail(this.failed('DEADLINE')), request.deadlineMs);
    request.signal.addEventListener('abort', this.onAbort, { once: true });
    if (request.signal.aborted) this.onAbort();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.settled) {
      controller.abort(new Error('ended before it began'));
      return;
    }
    this.controller = controller;
    try {
      // Undici writes to the socket right after this, without giving up the thread.
      this.request.fence?.();
      this.left = true;
    } catch (error) {
      this.fail(error as Error);
    }
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: RawAnswer['headers'],
  ): void {
    this.status = status;
    this.headers = headers;
    // Not worth reading when it says itself that it is too much.
    if (Number(headers['content-length']) > this.request.maxBytes) this.fail(this.failed('TOO_LARGE'));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size > this.request.maxBytes) this.fail(this.failed('TOO_LARGE'));
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    const { status, headers, chunks } = this;
    const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, this.size);
    this.settle(() => this.resolve({ status, headers, body }));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(this.failed(faultCode(error), error));
  }

  private failed(code: string, cause?: Error): ExchangeFailed {
    return new ExchangeFailed(code, this.left, { cause });
  }

  private fail(error: Error): void {
    this.settle(() => {
      this.reject(error);
      this.controller?.abort(error);
    });
  }

  private settle(end: () => void): void {
    if (this.settled) return;
    this.settled = true;
    clearTimeout(this.timer);
    this.request.signal.removeEventListener('abort', this.onAbort);
    end();
  }
}

/** Node reports several failed addresses of one host as one error that carries them. */
function faultCode(error: unknown): string {
  const { code, errors, cause } = error as { code?: unknown; errors?: unknown[]; cause?: unknown };
  if (typeof code === 'string' && code !== '') return code;
  if (errors?.[0]) return faultCode(errors[0]);
  return cause ? faultCode(cause) : 'UNKNOWN';
}
