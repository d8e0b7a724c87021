import { define } from '../../settings/definition';
import { oneOf, text } from '../../settings/parse';
import { accessToken, oauth2Client } from '../credentials';
import type { SettingsOf } from '../kind';

export const openEdxDefinitions = {
  ...oauth2Client,
  accessToken: { ...accessToken, doc: 'A given access token, instead of a client.' },
  apiKey: define({ schema: text, secret: true, doc: 'Sent as `X-Edx-Api-Key` when set.' }),
  username: define({
    schema: text,
    doc: 'List the courses that this user sees; its service user’s name.',
  }),
  grades: define({
    schema: oneOf('bulk', 'courses'),
    default: 'bulk',
    doc: '`bulk` reads the bulk grades by modification time; `courses` reads a stock server course by course.',
  }),
  addresses: define({
    schema: text,
    doc: 'A CSV file of `username,email` lines, since a stock server tells addresses for some enrolment modes alone, and older bulk grades name user names.',
  }),
};

export type OpenEdxSettings = SettingsOf<typeof openEdxDefinitions>;
