import { z } from 'zod';
import { AuthError, PayloadError, RefusedError } from '../../errors';
import { createHttpClient } from '../../http/client';
import type { Check } from '../kind';
import { ldCredentials, type LdDeps, systemOf } from './client';
import type { LdSettings } from './settings';

/** Gets a token, and looks whether the services answer at all: no record is sent, and no credential either. */
export function checkLd(settings: LdSettings, deps: LdDeps): Check[] {
  const system = systemOf(settings);
  return [
    {
      what: 'token',
      run: async (signal) => {
        await ldCredentials(settings, deps).headers(signal);
        return `given (${settings.auth.type})`;
      },
    },
    {
      what: 'address',
      run: async (signal) => {
        const http = createHttpClient({ ...deps, system, baseUrl: settings.baseUrl, deadlineMs: 10_000 });
        try {
          await http.json({ url: '/', schema: z.unknown(), signal });
        } catch (error) {
          // Whatever it says to a call without a token, it is there and its certificate is good.
          if (!isAnswer(error)) throw error;
        }
        return { unsure: untried(settings) };
      },
    },
  ];
}

/** It has no call that changes nothing: what was not tried is not called right. */
function untried({ subscriptionKey, prefix }: LdSettings): string {
  const key = `${prefix}subscriptionKey`;
  const rest = subscriptionKey ? `that ${key} is right` : `that it needs no ${key}`;
  return `something answers; that it is the L&D services, and ${rest}, shows when a course is sent: sync catalog --course ID`;
}

function isAnswer(error: unknown): boolean {
  if (error instanceof RefusedError) return error.code !== 'redirect' && error.code !== 'login';
  return (error instanceof AuthError && error.status !== undefined) || error instanceof PayloadError;
}
