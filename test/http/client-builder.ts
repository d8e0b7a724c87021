import { z } from 'zod';
import { createHttpClient, type HttpClientOptions } from '../../src/lib/http/client';
import type { HttpCall } from '../../src/lib/http/http';
import { createMemoryGate } from '../../src/lib/http/memory-gate';
import type { Secret } from '../../src/lib/settings/secret';
import { jumpingClock } from './fixed-clock';

export const system = {
  name: 'source openedx',
  baseUrlSetting: 'LMS__openedx__baseUrl',
  credentialSettings: 'LMS__openedx__clientId and LMS__openedx__clientSecret',
};

/** What every client needs, with a clock that does not wait. */
export function testDeps() {
  const clock = jumpingClock();
  const random = () => 1;
  const limits = { concurrency: 8, requestsPerMinute: undefined };
  return {
    clock,
    random,
    gate: createMemoryGate({ system: system.name, limits, clock, random }),
    userAgent: 'lms-bridge/0.0.0',
  };
}

export const testClient = (baseUrl: string, options: Partial<HttpClientOptions> = {}) =>
  createHttpClient({ system, baseUrl, ...testDeps(), ...options });

const rowsSchema = z.object({ rows: z.array(z.number()) });

export const get = (options: Partial<HttpCall<{ rows: number[] }>> = {}): HttpCall<{ rows: number[] }> => ({
  url: '/rows',
  schema: rowsSchema,
  signal: new AbortController().signal,
  ...options,
});

/** A secret whose value a test can change behind its back, as a vault does. */
export function testSecret(
  value: string,
  setting = 'LMS__openedx__clientSecret',
): Secret & {
  value: string;
  forgotten: number;
} {
  let cached: string | undefined;
  return {
    setting,
    value,
    forgotten: 0,
    async read() {
      return (cached ??= this.value);
    },
    async readAgain() {
      return (cached = this.value);
    },
    forget() {
      cached = undefined;
      this.forgotten++;
    },
  };
}

/** What a call that must fail throws. */
export async function failure(
  promise: Promise<unknown>,
): Promise<Error & { status?: number; code?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}
