import { openEdxDefinitions, type OpenEdxSettings } from '../../../src/lib/sources/open-edx/settings';
import { unsetSettings } from '../settings';

/** Settings of an Open edX without credentials, as a test needs them otherwise. */
export const openEdxSettings = (baseUrl: string, more: Partial<OpenEdxSettings> = {}): OpenEdxSettings => ({
  ...unsetSettings(openEdxDefinitions, { id: 'openedx', kind: 'open-edx', baseUrl }),
  sourceSystemId: '16',
  ...more,
});
