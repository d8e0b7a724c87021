import type { Dispatcher } from 'undici';
import { AuthError, OddAnswerError, RefusedError, RetryableError } from '../errors';
import { systemClock, type Clock } from './clock';
import { CutShortError, decodeBody } from './decode-body';
import { exchange, ExchangeFailed, sharedAgent, type RawAnswer, type Request } from './exchange';
import type { Gate, CallOutcome } from './gate';
import type { Authorizer, HttpAnswer, HttpCall, HttpClient } from './http';
import { networkFault } from './network-fault';
import { header, readAnswer, redirectRefusal, refusalCode, reasonInBody, serverDate } from './read-answer';
import { encodeBody, type EncodedBody } from './request-body';
import { askedPause, boundThrottling, retryAfterMs } from './retry-after';
import { backoffMs } from './retry-timing';
import { parseBaseUrl, resolveTarget, type System } from './target';

/** What the clients of all systems get from the composition root. */
export interface ClientDeps {
  readonly gate: Gate;
  /** `lms-bridge/<version>` */
  readonly userAgent: string;
  readonly onCall?: (fact: CallFact) => void;
  readonly agent?: Dispatcher;
  readonly clock?: Clock;
  /** Gives 0 up to 1. */
  readonly random?: () => number;
  /** Attempts after the first. Default 4. */
  readonly retries?: number;
}

export interface HttpClientOptions extends ClientDeps {
  readonly system: System;
  readonly baseUrl: string;
  readonly authorizer?: Authorizer;
  /** Of one attempt, unless the call says otherwise. Default 30 s. */
  readonly deadlineMs?: number;
  /** Of an answer's body, before and after decompression. Default 64 MiB. */
  readonly maxBytes?: number;
}

/** One attempt, for telemetry. It names no path: a path may hold what should not be told. */
export interface CallFact {
  readonly system: string;
  readonly method: string;
  /** Undefined when there was no answer. */
  readonly status: number | undefined;
  readonly durationMs: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** From 1. */
  readonly attempt: number;
  readonly outcome: CallOutcome['type'];
}

/** Attempts after the first that gave an unusable answer; then the work tries again later. */
const oddTries = 3;

const retriedStatuses = new Set([408, 423, 425, 500, 502, 503, 504]);
/** Below 500 and over by themselves: a time-out, a lock, a replay that came too early. */
const passingStatuses = new Set([408, 423, 425]);

/** A gateway answers so while the system behind it may still be at it. */
const gatewayGaveUp = new Set([408, 502, 504]);

/**
 * The one HTTP client, for one system. See `HttpClient` for what it throws.
 * @throws SettingsError when the base URL cannot be used.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const whole: Whole = {
    ...options,
    base: parseBaseUrl(options.system, options.baseUrl),
    deadlineMs: options.deadlineMs ?? 30_000,
    maxBytes: options.maxBytes ?? 64 * 1024 * 1024,
    retries: options.retries ?? 4,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    agent: options.agent ?? sharedAgent,
    answered: { well: false },
  };
  return { json: async (call) => new CallInProgress(whole, call).run() };
}

type Whole = HttpClientOptions &
  Required<Pick<HttpClientOptions, 'deadlineMs' | 'maxBytes' | 'retries' | 'clock' | 'random' | 'agent'>> & {
    readonly base: URL;
    /** Whether the system ever gave an answer of the right kind to this client. */
    readonly answered: { well: boolean };
  };

/** What one attempt came to: an answer for the caller, or an error and whether to go again. */
type Tried<T> =
  | { readonly done: HttpAnswer<T> }
  | { readonly next: 'throttled'; readonly status: number }
  | { readonly next: 'give up' | 'back off' | 'renew'; readonly error: Error };

class CallInProgress<T> {
  private readonly target: URL;
  private readonly body: EncodedBody | undefined;
  private readonly method: Request['method'];
  private readonly idempotent: boolean;
  private credentials: Readonly<Record<string, string>> = {};
  private attempt = 0;
  private failures = 0;
  private renewed = false;
  private throttledSince: number | undefined;

  constructor(
    private readonly options: Whole,
    private readonly call: HttpCall<T>,
  ) {
    this.target = resolveTarget(options.system, options.base, call.url, call.query);
    this.body = call.body && encodeBody(call.body);
    this.method = call.method ?? 'GET';
    this.idempotent = call.idempotent ?? this.method === 'GET';
  }

  async run(): Promise<HttpAnswer<T>> {
    const { authorizer, clock, random, retries } = this.options;
    const { signal } = this.call;
    for (;;) {
      // Before the gate: the token call passes the same gate, and must not wait for its own caller's place.
      this.credentials = (await authorizer?.headers(signal)) ?? {};
      const tried = await this.tryOnce();
      if ('done' in tried) return tried.done;
      switch (tried.next) {
        case 'give up':
          throw tried.error;
        case 'renew':
          if (this.renewed || !authorizer) throw tried.error;
          this.renewed = true;
          await this.renew(authorizer);
          break;
        case 'throttled':
          this.throttledSince ??= clock.now();
          boundThrottling(this.options.system.name, tried.status, this.throttledSince, clock.now());
          break;
        case 'back off':
          if (this.failures >= retries) throw tried.error;
          await clock.sleep(backoffMs(this.failures++, random), signal);
      }
    }
  }

  private async tryOnce(): Promise<Tried<T>> {
    const { gate, clock, system, onCall, agent, base, maxBytes } = this.options;
    const deadlineMs = this.call.deadlineMs ?? this.options.deadlineMs;
    const pass = await gate.enter(this.call.signal, this.throttledSince !== undefined);
    const startedAt = clock.now();
    let outcome: CallOutcome = { type: 'failed' };
    let answer: RawAnswer | undefined;
    this.attempt++;
    try {
      answer = await exchange(agent, {
        target: this.target,
        method: this.method,
        headers: this.headers(),
        body: this.body?.bytes,
        signal: this.call.signal,
        deadlineMs,
        maxBytes,
        fence: this.call.fence,
        sentIsSent: this.call.mayLandUntil !== undefined,
      });
      outcome = this.outcomeOf(answer);
      if (gatewayGaveUp.has(answer.status)) this.call.mayLandUntil?.(startedAt + deadlineMs);
      const tried = await this.judge(answer, outcome);
      if ('done' in tried) outcome = this.call.pauseIn?.(tried.done.data) ?? outcome;
      return tried;
    } catch (error) {
      if (!(error instanceof ExchangeFailed)) throw error;
      // What the system has not finished when its time is over gets the same time once more.
      const landsFrom = error.code === 'DEADLINE' ? clock.now() : startedAt;
      if (error.left) this.call.mayLandUntil?.(landsFrom + deadlineMs);
      const fault = networkFault(error, system, base, deadlineMs);
      const again = fault.retry && (this.idempotent || !error.left);
      return { error: fault.error, next: again ? 'back off' : 'give up' };
    } finally {
      await pass.leave(outcome);
      onCall?.({
        system: system.name,
        method: this.method,
        status: answer?.status,
        durationMs: clock.now() - startedAt,
        bytesOut: this.body?.bytes.length ?? 0,
        bytesIn: answer?.body.length ?? 0,
        attempt: this.attempt,
        outcome: outcome.type,
      });
    }
  }

  private headers(): Record<string, string> {
    return {
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'user-agent': this.options.userAgent,
      ...(this.body && { 'content-type': this.body.contentType }),
      ...this.call.headers,
      ...this.credentials,
    };
  }

  private outcomeOf(answer: RawAnswer): CallOutcome {
    if (answer.status >= 200 && answer.status < 300) return { type: 'ok' };
    const { status } = answer;
    const pause = askedPause(status, retryAfterMs(header(answer, 'retry-after'), this.options.clock.now()));
    // A refusal is an answer all the same: the system is up and does not throttle.
    return pause ?? { type: status < 500 ? 'ok' : 'failed' };
  }

  private async judge(answer: RawAnswer, outcome: CallOutcome): Promise<Tried<T>> {
    const { system, base, maxBytes } = this.options;
    const { status } = answer;
    if (outcome.type === 'throttled') {
      // 429 and 403 say that nothing was done; after a 503 nobody knows.
      if (status !== 503 || this.idempotent) return { next: 'throttled', status };
      const message = `${system.name} failed with ${status}, and may have done what it was asked; try again later`;
      return { error: new RetryableError(message, status), next: 'give up' };
    }
    if (status >= 300 && status < 400)
      return { error: redirectRefusal(system, base, answer), next: 'give up' };
    if (status === 401) {
      return { error: new AuthError(this.unauthorized(), status), next: 'renew' };
    }
    if (status >= 500 || passingStatuses.has(status)) {
      const error = new RetryableError(`${system.name} failed with ${status}; try again later`, status);
      const again = retriedStatuses.has(status) && this.idempotent;
      return { error, next: again ? 'back off' : 'give up' };
    }
    try {
      if (status < 300 && this.call.anyBody)
        return { done: { data: this.call.schema.parse(undefined), status, date: serverDate(answer) } };
      const body = await decodeBody(system, header(answer, 'content-encoding'), answer.body, maxBytes);
      if (status >= 400) return { error: this.refusal(status, body), next: 'give up' };
      const data = readAnswer(system, base, answer, body, this.call.schema);
      this.options.answered.well = true;
      return { done: { data, status, date: serverDate(answer) } };
    } catch (error) {
      if (status >= 400) return { error: this.refusal(status), next: 'give up' };
      if (error instanceof OddAnswerError && this.idempotent && this.options.answered.well) {
        const passing = new RetryableError(error.message, status, { cause: error });
        return { error: passing, next: this.failures < oddTries ? 'back off' : 'give up' };
      }
      const again = error instanceof CutShortError && this.idempotent;
      return { error: error as Error, next: again ? 'back off' : 'give up' };
    }
  }

  private unauthorized(): string {
    const { name, credentialSettings } = this.options.system;
    return `${name} does not accept the credentials (401); check ${credentialSettings}`;
  }

  private refusal(status: number, body?: Buffer): RefusedError {
    const { name, baseUrlSetting, credentialSettings } = this.options.system;
    const code = body && refusalCode(body);
    const reason = body && this.call.reasonOf && reasonInBody(body, this.call.reasonOf);
    const why = code === undefined ? String(status) : `${status}, ${code}`;
    const what =
      status === 404
        ? `has nothing at that address (${why}); check ${baseUrlSetting}`
        : status === 403
          ? `does not permit the call (${why}); check the rights of ${credentialSettings}`
          : `refused the call (${why})`;
    return new RefusedError(`${name} ${what}`, status, code, { reason });
  }

  /** Calls that were refused together renew once: whoever finds other credentials already there just uses them. */
  private async renew(authorizer: Authorizer): Promise<void> {
    const now = await authorizer.headers(this.call.signal);
    const same = Object.entries(now).every(([name, value]) => this.credentials[name] === value);
    if (same) authorizer.renew();
  }
}
