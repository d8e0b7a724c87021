import type { LdSettings } from '../../../src/lib/destinations/ld-services/settings';
import { testSecret } from '../../http/client-builder';

export const ldSettings = (more: Partial<LdSettings> = {}): LdSettings => ({
  id: 'ld',
  prefix: 'LD__',
  baseUrl: 'https://ld.example.com',
  subscriptionKey: undefined,
  submittedBy: 'bridge@example.com',
  auth: {
    type: 'oauth2',
    tokenUrl: 'https://ld.example.com/oauth2/v2.0/token',
    clientId: 'ld-client',
    clientSecret: testSecret('ld-secret', 'LD__clientSecret'),
    scope: 'api://ld/.default',
  },
  learnerDomains: [],
  batchSize: 500,
  batchBytes: 1_048_576,
  concurrency: 4,
  externalIdForm: 'stripped',
  catalogDefaults: {},
  consumptionDefaults: {},
  ...more,
});
