import { define } from '../settings/definition';
import { text } from '../settings/parse';

/* Settings for what a vendor is asked with: its settings.ts takes what it needs. */

export const oauth2Client = {
  clientId: define({ schema: text, doc: 'OAuth2 client.' }),
  clientSecret: define({ schema: text, secret: true, doc: 'Its secret.' }),
};

export const accessToken = define({ schema: text, secret: true, doc: 'A given access token.' });
