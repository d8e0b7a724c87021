import { khalibreDefinitions, type KhalibreSettings } from '../../../src/lib/sources/khalibre/settings';
import { testSecret } from '../../http/client-builder';
import { unsetSettings } from '../settings';

/** Settings of a Khalibre, as a test needs them. */
export const khalibreSettings = (
  baseUrl: string,
  more: Partial<KhalibreSettings> = {},
): KhalibreSettings => ({
  ...unsetSettings(khalibreDefinitions, { id: 'khalibre', kind: 'khalibre', baseUrl }),
  sourceSystemId: '17',
  clientId: 'lms-bridge',
  clientSecret: testSecret('sandbox+khalibre/secret==', 'LMS__khalibre__clientSecret'),
  ...more,
});
