import type { Origin } from '../../src/lib/destinations/destination';
import { utc, type Utc } from '../../src/lib/domain/time';

export const at = (text: string): Utc => utc(Date.parse(text));

/** Where the records of a test come from. */
export const from: Origin = {
  source: 'openedx',
  sourceSystemId: '16',
  baseUrl: 'https://lms.example.com',
  createdAt: at('2026-03-01T12:00:00Z'),
};
