import { createHash } from 'node:crypto';
import type { XapiSettings } from './settings';

export type Actor =
  | { readonly objectType: 'Agent'; readonly mbox: string }
  | { readonly objectType: 'Agent'; readonly mbox_sha1sum: string }
  | { readonly objectType: 'Agent'; readonly account: { readonly homePage: string; readonly name: string } };

/** Names a learner in exactly one way. @param email lower-cased. */
export function actorOf(
  email: string,
  { actor, accountHomePage = '' }: Pick<XapiSettings, 'actor' | 'accountHomePage'>,
): Actor {
  const mbox = `mailto:${email}`;
  switch (actor) {
    case 'mbox':
      return { objectType: 'Agent', mbox };
    case 'mbox_sha1sum':
      return { objectType: 'Agent', mbox_sha1sum: createHash('sha1').update(mbox).digest('hex') };
    case 'account':
      return { objectType: 'Agent', account: { homePage: accountHomePage, name: email } };
  }
}
