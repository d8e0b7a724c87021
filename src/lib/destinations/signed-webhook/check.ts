import { z } from 'zod';
import { AuthError, PayloadError, RefusedError } from '../../errors';
import { createHttpClient, type ClientDeps } from '../../http/client';
import type { Check } from '../kind';
import { systemOf } from './client';
import type { WebhookSettings } from './settings';
import { keysOf } from '../sign';

/** Looks whether a server is there. Nothing that it could take for an event is sent, nor the path and query of the address. */
export function checkWebhook(settings: WebhookSettings, deps: ClientDeps): Check[] {
  return [
    {
      what: 'secret',
      run: async () => {
        const keys = await keysOf(settings.secret);
        return keys.length === 1 ? 'one; it signs' : `${keys.length}; each signs`;
      },
    },
    {
      what: 'address',
      run: async (signal) => {
        const { origin } = new URL((await settings.url.read()).trim());
        const http = createHttpClient({
          ...deps,
          system: systemOf(settings),
          baseUrl: origin,
          deadlineMs: 10_000,
        });
        try {
          await http.json({ url: '/', schema: z.undefined(), anyBody: true, signal });
        } catch (error) {
          const isAnswer = [RefusedError, PayloadError, AuthError].some((kind) => error instanceof kind);
          if (!isAnswer) throw error;
        }
        return 'answers; whether it takes events is seen at the first sync';
      },
    },
  ];
}
