import type { VivaSettings } from '../../../src/lib/destinations/viva-learning/settings';

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
