import { define } from '../../settings/definition';
import { oneOf } from '../../settings/parse';
import { statuses } from '../status-table';
import { oauth2Client } from '../credentials';
import type { SettingsOf } from '../kind';

export const khalibreDefinitions = {
  ...oauth2Client,
  apiVersion: define({
    schema: oneOf('v1.1', 'v1.0'),
    default: 'v1.1',
    doc: 'The version in the paths of its API.',
  }),
  statuses,
};

export type KhalibreSettings = SettingsOf<typeof khalibreDefinitions>;
