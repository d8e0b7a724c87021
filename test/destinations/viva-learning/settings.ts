import type { Graph } from '../../../sandbox/graph';
import type { VivaSettings } from '../../../src/lib/destinations/viva-learning/settings';
import { testSecret } from '../../http/client-builder';

export const vivaSettings = (more: Partial<VivaSettings> = {}): VivaSettings => ({
  id: 'viva',
  prefix: 'DEST__viva__',
  providerId: '13727311-e7bb-470d-8b20-6a23d9030d70',
  baseUrl: 'https://graph.example.com/v1.0',
  languageTag: 'en-us',
  auth: { type: 'managed-identity', scope: 'https://graph.example.com/.default', clientId: undefined },
  learnerDomains: [],
  batchSize: 20,
  concurrency: 2,
  ...more,
});

/** The settings that lead to a pocket Graph. */
export const settingsFor = (
  { url, tokenUrl, options }: Graph,
  more: Partial<VivaSettings> = {},
): VivaSettings =>
  vivaSettings({
    baseUrl: url,
    auth: {
      type: 'oauth2',
      tokenUrl,
      clientId: options.clientId,
      clientSecret: testSecret(options.clientSecret, 'DEST__viva__clientSecret'),
      scope: `${options.resource}/.default`,
    },
    ...more,
  });
