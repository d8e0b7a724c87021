import { AuthError, PayloadError, RefusedError } from '../lib/errors';
import { createHttpClient } from '../lib/http/client';
import { createMemoryGate } from '../lib/http/memory-gate';
import { ldAuthorizer } from '../lib/settings/ld-credential';
import type { LdSettings } from '../lib/settings/types';
import { ldCredentials, systemOf } from '../lib/sinks/ld-services/client';
import { userAgent } from '../lib/version';
import { z } from 'zod';
import { finding, type Finding } from './finding';

/** Gets a token, and looks whether the services answer at all: no record is sent, and no credential either. */
export async function checkSink(settings: LdSettings, signal: AbortSignal): Promise<Finding[]> {
  const system = systemOf(settings);
  const limits = { concurrency: 2, requestsPerMinute: undefined };
  const deps = { gate: createMemoryGate({ system: system.name, limits }), userAgent, retries: 1 };
  return [
    await finding('L&D services: token', async () => {
      const credentials = ldCredentials(settings, { ...deps, authorizer: ldAuthorizer(settings.auth) });
      await credentials.headers(signal);
      return `given (${settings.auth.type})`;
    }),
    await finding('L&D services: address', async () => {
      const http = createHttpClient({ ...deps, system, baseUrl: settings.baseUrl, deadlineMs: 10_000 });
      try {
        await http.json({ url: '/', schema: z.unknown(), signal });
      } catch (error) {
        // Whatever it says to a call without a token, it is there and its certificate is good.
        if (!isAnswer(error)) throw error;
      }
      return 'answers; whether it takes records is seen at the first sync';
    }),
  ];
}

function isAnswer(error: unknown): boolean {
  if (error instanceof RefusedError) return error.code !== 'redirect' && error.code !== 'login';
  return (error instanceof AuthError && error.status !== undefined) || error instanceof PayloadError;
}
