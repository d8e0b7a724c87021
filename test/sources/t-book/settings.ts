import { tBookDefinitions, type TBookSettings } from '../../../src/lib/sources/t-book/settings';
import { testSecret } from '../../http/client-builder';
import { unsetSettings } from '../settings';

/** Settings of a T-book, as a test needs them. @param origin without the path of its API. */
export const tBookSettings = (origin: string, more: Partial<TBookSettings> = {}): TBookSettings => ({
  ...unsetSettings(tBookDefinitions, { id: 'tbook', kind: 't-book', baseUrl: `${origin}/api` }),
  sourceSystemId: '19',
  clientId: 'lms-bridge',
  clientSecret: testSecret('sandbox+tbook/client==', 'LMS__tbook__clientSecret'),
  ltiSecret: testSecret('sandbox+tbook/for-lti&==', 'LMS__tbook__ltiSecret'),
  ...more,
});
