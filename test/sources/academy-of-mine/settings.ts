import { academyOperations } from '../../../sandbox/academy-of-mine/options';
import { apiCalls } from '../../../src/lib/sources/academy-of-mine/operations';
import type { AcademySettings } from '../../../src/lib/sources/academy-of-mine/settings';
import { testSecret } from '../../http/client-builder';
import { openEdxSettings } from '../open-edx/settings';

/** Settings of an Academy of Mine, as a test needs them. */
export const academySettings = (baseUrl: string, more: Partial<AcademySettings> = {}): AcademySettings => ({
  ...openEdxSettings(baseUrl),
  id: 'academyofmine',
  kind: 'academy-of-mine',
  sourceSystemId: '18',
  accessToken: testSecret('sandbox+academy/token==', 'LMS__academyofmine__accessToken'),
  timeZone: 'America/New_York',
  operations: apiCalls.parse(JSON.stringify(academyOperations)),
  learningPaths: false,
  ...more,
});
