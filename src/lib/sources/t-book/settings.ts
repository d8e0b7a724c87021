import { define } from '../../settings/definition';
import { text } from '../../settings/parse';
import { oauth2Client } from '../credentials';
import type { SettingsOf } from '../kind';

export const tBookDefinitions = {
  ...oauth2Client,
  ltiKey: define({ schema: text, doc: 'Consumer key of LTI; left out: `clientId`.' }),
  ltiSecret: define({
    schema: text,
    secret: true,
    doc: 'Shared secret of LTI, the one marked “For LTI”; only LTI sign-ins need it.',
  }),
  grantType: define({
    schema: text,
    default: 'client_credential',
    doc: 'The grant type of its token call; its documentation has this word, without an s.',
  }),
};

export type TBookSettings = SettingsOf<typeof tBookDefinitions>;
