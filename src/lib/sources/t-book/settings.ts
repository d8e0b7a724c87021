import { define } from '../../settings/definition';
import { text } from '../../settings/parse';
import type { Secret } from '../../settings/secret';
import type { SourceSettings } from '../../settings/types';

export interface TBookSettings extends SourceSettings {
  readonly ltiKey?: string | undefined;
  readonly ltiSecret?: Secret | undefined;
  readonly grantType?: string;
}

export const tBookDefinitions = {
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
