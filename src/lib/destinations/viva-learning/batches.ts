import { AuthError, PayloadError, RetryableError } from '../../errors';
import { createHttpClient, type ClientDeps } from '../../http/client';
import { systemClock } from '../../http/clock';
import type { HttpCall } from '../../http/http';
import { boundThrottling } from '../../http/retry-after';
import { backoffMs } from '../../http/retry-timing';
import type { System } from '../../http/target';
import { tokenAuthorizer, tokenSettings } from '../token';
import type { VivaSettings } from './settings';
import {
  batchAnswer,
  longestPause,
  mostSteps,
  pauseOf,
  type Response,
  type BatchRequest,
  type StepAnswer,
} from './step';

/** Of one batch: what a paused worker's successor waits for before it sends. */
export const deadlineMs = 30_000;

/** How a batch is sent: writes are fenced, and may land late. */
export type How = Pick<HttpCall<unknown>, 'signal' | 'fence' | 'mayLandUntil'>;

/** Attempts after the first, as the HTTP client has them. */
const usualRetries = 4;
/** What stands before the service gave up: it may still be at it. */
const gatewayGaveUp = new Set([408, 502, 504]);
const passing = new Set([408, 423, 425]);

/**
 * Sends steps to Microsoft Graph, 20 a call, and judges each answer by itself: what may pass is tried again alone.
 */
export class Batches {
  readonly system: System;
  readonly #authorizer;
  readonly #http;
  readonly #clock;
  readonly #random;
  readonly #retries;

  constructor(settings: VivaSettings, deps: ClientDeps) {
    const { id, prefix, auth, baseUrl } = settings;
    this.system = {
      name: `Microsoft Graph (${id})`,
      baseUrlSetting: `${prefix}baseUrl`,
      credentialSettings: tokenSettings(auth, prefix).join(', '),
    };
    this.#authorizer = tokenAuthorizer(auth, { name: this.system.name, prefix }, deps);
    this.#http = createHttpClient({
      ...deps,
      system: this.system,
      baseUrl,
      authorizer: this.#authorizer,
      deadlineMs,
    });
    this.#clock = deps.clock ?? systemClock;
    this.#random = deps.random ?? Math.random;
    this.#retries = deps.retries ?? usualRetries;
  }

  /** @throws what no token means. */
  async signIn(signal: AbortSignal): Promise<void> {
    await this.#authorizer.headers(signal);
  }

  /**
   * @returns an answer for each step, in the order of the steps.
   * @throws what the HTTP client throws, when no step was answered before; else that is the answer of the others.
   */
  async run(steps: readonly BatchRequest[], how: How): Promise<StepAnswer[]> {
    const answers: (StepAnswer | undefined)[] = steps.map(() => undefined);
    try {
      for (let from = 0; from < steps.length; from += mostSteps) {
        const places = [...steps.keys()].slice(from, from + mostSteps);
        await this.#untilAnswered(steps, places, answers, how);
      }
    } catch (error) {
      if (answers.every((answer) => answer === undefined)) throw error;
      return answers.map((answer) => answer ?? { error: error as Error });
    }
    return answers as StepAnswer[];
  }

  async #untilAnswered(
    steps: readonly BatchRequest[],
    places: readonly number[],
    answers: (StepAnswer | undefined)[],
    how: How,
  ): Promise<void> {
    const spent: Spent = { since: this.#clock.now(), failures: 0, renewed: false };
    for (let open = places; open.length > 0;) {
      const again = await this.#once(steps, open, answers, how);
      await this.#beforeNext(again, spent, how.signal);
      open = again.map(({ place }) => place);
    }
  }

  /** One call. @returns the steps that are to be retried. */
  async #once(
    steps: readonly BatchRequest[],
    places: readonly number[],
    answers: (StepAnswer | undefined)[],
    how: How,
  ): Promise<Again[]> {
    const sentAt = this.#clock.now();
    const again: Again[] = [];
    for (const [i, response] of (await this.#post(steps, places, how)).entries()) {
      const { status, body } = response;
      const place = places[i] as number;
      const method = steps[place]?.method;
      if (gatewayGaveUp.has(status) && method !== 'GET') how.mayLandUntil?.(sentAt + deadlineMs);
      const why = whyAgain(response, this.#clock.now());
      // Whether an activity was created is not known: it is looked up before it is created once more.
      const mayRepeat = method !== 'POST' || status === 429 || status === 401;
      if (why === undefined) answers[place] = { status, body };
      else if (!mayRepeat) answers[place] = { error: this.#failed(status) };
      else again.push({ place, why, status });
    }
    return again;
  }

  /** Renews the token, or waits, as what is retried needs. @throws after the last attempt. */
  async #beforeNext(again: readonly Again[], spent: Spent, signal: AbortSignal): Promise<void> {
    const first = (why: Again['why']): Again | undefined => again.find((one) => one.why === why);
    if (first('refused')) {
      if (spent.renewed) throw this.#unauthorized();
      spent.renewed = true;
      this.#authorizer.renew();
    }
    const throttled = first('throttled');
    if (throttled) boundThrottling(this.system.name, throttled.status, spent.since, this.#clock.now());
    const failed = first('failed');
    if (!failed) return;
    if (spent.failures >= this.#retries) throw this.#failed(failed.status);
    await this.#clock.sleep(backoffMs(spent.failures++, this.#random), signal);
  }

  /** @returns a response for each place, in the order of the places. */
  async #post(steps: readonly BatchRequest[], places: readonly number[], how: How): Promise<Response[]> {
    const chosen = places.map((place) => steps[place] as BatchRequest);
    const requests = chosen.map(({ method, url, body }, i) => ({
      id: String(i + 1),
      method,
      url,
      ...(body && { headers: { 'Content-Type': 'application/json' }, body }),
    }));
    const { data } = await this.#http.json({
      method: 'POST',
      url: '/$batch',
      body: { type: 'json', text: JSON.stringify({ requests }) },
      schema: batchAnswer,
      idempotent: chosen.every(({ method }) => method !== 'POST'),
      pauseIn: (answer) => longestPause(answer, this.#clock.now()),
      ...how,
    });
    const byId = new Map(data.responses.map((response) => [response.id, response]));
    return requests.map(({ id }) => {
      const response = byId.get(id);
      if (response) return response;
      throw new PayloadError(
        `${this.system.name} answered ${data.responses.length} of ${requests.length} requests of a batch; check ${this.system.baseUrlSetting}`,
      );
    });
  }

  #failed(status: number): RetryableError {
    return new RetryableError(`${this.system.name} failed with ${status}; try again later`, status);
  }

  #unauthorized(): AuthError {
    const { name, credentialSettings } = this.system;
    return new AuthError(`${name} does not accept the credentials (401); check ${credentialSettings}`, 401);
  }
}

/** A step that is to be retried. */
interface Again {
  readonly place: number;
  readonly why: 'throttled' | 'failed' | 'refused';
  readonly status: number;
}

/** What the attempts of one batch have used up. */
interface Spent {
  readonly since: number;
  failures: number;
  renewed: boolean;
}

/** Undefined: its answer is final. */
function whyAgain(response: Response, now: number): Again['why'] | undefined {
  if (pauseOf(response, now)) return 'throttled';
  const { status } = response;
  if (status === 401) return 'refused';
  return status >= 500 || passing.has(status) ? 'failed' : undefined;
}
