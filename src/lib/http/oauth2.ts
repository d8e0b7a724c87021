import { z } from 'zod';
import { AuthError, RefusedError } from '../errors';
import type { Secret } from '../settings/secret';
import { createHttpClient, type ClientDeps } from './client';
import { systemClock } from './clock';
import type { Authorizer } from './http';
import type { System } from './target';

export interface OAuth2Options extends ClientDeps {
  /** Named in messages; its `baseUrlSetting` is the setting that says where tokens come from. */
  readonly system: System;
  readonly tokenUrl: string;
  /** The form, read anew for every token. */
  readonly fields: () => Promise<Readonly<Record<string, string>>>;
  /** How the form is sent. Default `form`, as RFC 6749 has it. */
  readonly encoding?: 'form' | 'multipart';
  /** `fromAnswer`: JWT when the answer's token_type says so, else Bearer. Default Bearer. */
  readonly scheme?: 'Bearer' | 'JWT' | 'fromAnswer';
  /** Forgotten when what they made is refused. */
  readonly secrets: readonly Secret[];
  readonly deadlineMs?: number;
}

const tokenAnswer = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  // Entra's first version writes it as text.
  expires_in: z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).nullish(),
  token_type: z.string().nullish(),
});

interface Token {
  readonly header: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

const unsaidLifetimeSeconds = 300;
const marginMs = 60_000;

/**
 * Client credentials (RFC 6749 4.4): one token at a time, kept until shortly before it expires.
 * Wrong credentials are an AuthError at once.
 */
export function oauth2Authorizer(options: OAuth2Options): Authorizer {
  const { system, fields, secrets, clock = systemClock } = options;
  const http = createHttpClient({ ...options, baseUrl: options.tokenUrl });
  let token: Token | undefined;
  let coming: Promise<Token> | undefined;

  async function request(): Promise<Token> {
    const form = await fields();
    try {
      return await ask(form);
    } catch (error) {
      if (!isWrongCredentials(error)) throw error;
      // The secret may have been changed in the vault since it was read.
      for (const secret of secrets) secret.forget();
      const fresh = await fields();
      if (JSON.stringify(fresh) === JSON.stringify(form)) throw rejected(error);
      return ask(fresh).catch((again: unknown) => {
        throw isWrongCredentials(again) ? rejected(again) : again;
      });
    }
  }

  async function ask(form: Readonly<Record<string, string>>): Promise<Token> {
    const { data } = await http.json({
      method: 'POST',
      url: options.tokenUrl,
      body:
        options.encoding === 'multipart'
          ? { type: 'multipart', fields: Object.entries(form) }
          : { type: 'form', fields: form },
      schema: tokenAnswer,
      // Nobody's signal: whoever waits for the token can give up alone.
      signal: new AbortController().signal,
      idempotent: true,
    });
    const lifetimeMs = (data.expires_in ?? unsaidLifetimeSeconds) * 1000;
    return {
      header: `${schemeOf(data.token_type)} ${data.access_token}`,
      until: clock.now() + lifetimeMs - Math.min(marginMs, lifetimeMs / 10),
    };
  }

  function schemeOf(tokenType: string | null | undefined): string {
    if (options.scheme !== 'fromAnswer') return options.scheme ?? 'Bearer';
    return tokenType?.toLowerCase() === 'jwt' ? 'JWT' : 'Bearer';
  }

  function rejected(cause: RefusedError | AuthError): AuthError {
    const code = cause instanceof RefusedError && cause.code ? `, ${cause.code}` : '';
    return new AuthError(
      `${system.name} gives no token for these credentials (${cause.status}${code}); ` +
        `check ${system.credentialSettings}`,
      cause.status,
      { cause },
    );
  }

  async function current(): Promise<Token> {
    if (token && clock.now() < token.until) return token;
    coming ??= request()
      .then((fetched) => (token = fetched))
      .finally(() => (coming = undefined));
    return coming;
  }

  return {
    async headers(signal) {
      return { authorization: (await unlessAborted(current(), signal)).header };
    },
    renew() {
      token = undefined;
      for (const secret of secrets) secret.forget();
    },
  };
}

function isWrongCredentials(error: unknown): error is RefusedError | AuthError {
  if (error instanceof RefusedError) return error.status === 400 || error.status === 403;
  return error instanceof AuthError && error.status === 401;
}

/** One waiter's abort ends its own waiting, not the fetch that others wait for. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}
