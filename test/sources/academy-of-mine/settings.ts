import { academyOperations } from '../../../sandbox/academy-of-mine/options';
import { apiCalls } from '../../../src/lib/sources/academy-of-mine/operations';
import { academyDefinitions, type AcademySettings } from '../../../src/lib/sources/academy-of-mine/settings';
import { testSecret } from '../../http/client-builder';
import { unsetSettings } from '../settings';

/** Settings of an Academy of Mine, as a test needs them. */
export const academySettings = (baseUrl: string, more: Partial<AcademySettings> = {}): AcademySettings => ({
  ...unsetSettings(academyDefinitions, { id: 'academyofmine', kind: 'academy-of-mine', baseUrl }),
  sourceSystemId: '18',
  accessToken: testSecret('sandbox+academy/token==', 'LMS__academyofmine__accessToken'),
  timeZone: 'America/New_York',
  operations: apiCalls.parse(JSON.stringify(academyOperations)),
  ...more,
});
