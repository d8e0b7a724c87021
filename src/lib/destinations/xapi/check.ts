import { z } from 'zod';
import { RefusedError, SettingsError } from '../../errors';
import { createHttpClient, type ClientDeps } from '../../http/client';
import type { Check } from '../kind';
import { basic, systemOf, versionHeader } from './client';
import type { XapiSettings } from './settings';

const about = z.object({ version: z.array(z.string()) });

/** Asks what versions the LRS knows, and whether it takes the key. No statement is sent, and none is looked at. */
export function checkXapi(settings: XapiSettings, deps: ClientDeps): Check[] {
  const { baseUrl, version, prefix } = settings;
  const open = { ...deps, system: systemOf(settings), baseUrl, deadlineMs: 10_000 };
  const headers = versionHeader(settings);
  return [
    {
      what: 'address',
      run: async (signal) => {
        const { data } = await createHttpClient(open).json({ url: '/about', headers, schema: about, signal });
        if (!data.version.includes(version))
          throw new SettingsError([
            {
              setting: `${prefix}version`,
              message: `is ${version}, and the LRS knows ${data.version.join(', ')}`,
            },
          ]);
        return `answers; knows xAPI ${data.version.join(', ')}`;
      },
    },
    {
      what: 'key and secret',
      run: async (signal) => {
        const http = createHttpClient({ ...open, authorizer: basic(settings) });
        try {
          await http.json({
            url: '/statements',
            query: { limit: 1 },
            headers,
            schema: z.undefined(),
            anyBody: true,
            signal,
          });
        } catch (error) {
          if (!(error instanceof RefusedError && error.status === 403)) throw error;
          return 'may not read statements, which it need not; whether it may write is seen at the first sync';
        }
        return 'accepted; whether it may write is seen at the first sync';
      },
    },
  ];
}
