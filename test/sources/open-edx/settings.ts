import { utc } from '../../../src/lib/domain/time';
import type { OpenEdxSettings } from '../../../src/lib/sources/open-edx/settings';

/** Settings of an Open edX without credentials, as a test needs them otherwise. */
export const openEdxSettings = (baseUrl: string, more: Partial<OpenEdxSettings> = {}): OpenEdxSettings => ({
  id: 'openedx',
  kind: 'open-edx',
  baseUrl,
  sourceSystemId: '16',
  enabled: true,
  catalogSchedule: undefined,
  consumptionSchedule: undefined,
  clientId: undefined,
  clientSecret: undefined,
  accessToken: undefined,
  apiKey: undefined,
  webhookSecret: undefined,
  requestsPerMinute: undefined,
  pageSize: 100,
  concurrency: 8,
  parallelSlices: 4,
  maxRowsPerSlice: 20_000,
  username: undefined,
  grades: 'bulk',
  since: utc(Date.parse('2012-01-01')),
  lagMinutes: 10,
  timeZone: 'UTC',
  relookHours: 0,
  ...more,
});
