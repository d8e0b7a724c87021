import type { KhalibreSettings } from '../../../src/lib/sources/khalibre/settings';
import { testSecret } from '../../http/client-builder';
import { openEdxSettings } from '../open-edx/settings';

/** Settings of a Khalibre, as a test needs them. */
export const khalibreSettings = (
  baseUrl: string,
  more: Partial<KhalibreSettings> = {},
): KhalibreSettings => ({
  ...openEdxSettings(baseUrl),
  id: 'khalibre',
  kind: 'khalibre',
  sourceSystemId: '17',
  clientId: 'lms-bridge',
  clientSecret: testSecret('sandbox+khalibre/secret==', 'LMS__khalibre__clientSecret'),
  ...more,
});
