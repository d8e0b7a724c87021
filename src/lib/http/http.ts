import type { z } from 'zod';
import type { Utc } from '../domain/time';
import type { Throttled } from './gate';

/** The one way out: every call to a vendor, a sink or a token endpoint goes through it. */
export interface HttpClient {
  /**
   * Sends a call and gives its answer, parsed by the call's schema. Retries what may pass (network faults, 429,
   * 5xx) within bounds, renews the credentials once on 401.
   * @throws AuthError, RetryableError, RefusedError, PayloadError, WaitError (see errors.ts).
   */
  json<T>(call: HttpCall<T>): Promise<HttpAnswer<T>>;
}

export interface HttpCall<T> {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** A path below the system's base URL, or an absolute URL (refused when its origin is another). */
  readonly url: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpBody;
  /** Lists only what is used. Untyped JSON never leaves the client. */
  readonly schema: z.ZodType<T>;
  /** The status says it all: what the body of a 2xx holds, if anything, is not looked at, and the schema is asked about `undefined`. */
  readonly anyBody?: boolean;
  readonly signal: AbortSignal;
  /** From the first byte out to the last byte in, tokens included. */
  readonly deadlineMs?: number;
  /** A repeat does no harm, so a fault after the request left may be retried. Default: true for GET. */
  readonly idempotent?: boolean;
  /** Called right before the bytes leave, again at every retry; throws when they must not. */
  readonly fence?: () => void;
  /**
   * For a write that nothing older may follow. Once its bytes have left, it is not aborted: the system would finish
   * it all the same. Told of each attempt whose fate is unknown (no answer, or a gateway's time-out) until when it may
   * still take effect, milliseconds since 1970.
   */
  readonly mayLandUntil?: (until: number) => void;
  /** Finds the system's own words in the JSON of a refusal, and strips them of all that names a person. */
  readonly reasonOf?: (body: unknown) => string | undefined;
  /**
   * Of an answer that holds several: finds the pause that one of them asks for. All calls to the system wait for it;
   * the answer is the caller's all the same.
   */
  pauseIn?(data: T): Throttled | undefined;
}

export type HttpBody =
  | { readonly type: 'json'; readonly text: string | Uint8Array }
  | { readonly type: 'form'; readonly fields: Readonly<Record<string, string>> }
  | { readonly type: 'multipart'; readonly fields: ReadonlyArray<readonly [string, string]> };

export interface HttpAnswer<T> {
  readonly data: T;
  readonly status: number;
  /** The server's own clock (`Date` header). */
  readonly date: Utc | undefined;
}

/** Puts credentials on a call. */
export interface Authorizer {
  headers(signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** After a 401: forget what is cached, read the secret again. */
  renew(): void;
}
