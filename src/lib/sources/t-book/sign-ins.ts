import { randomBytes } from 'node:crypto';
import { InputError, RefusedError, SettingsError } from '../../errors';
import { systemClock, type Clock } from '../../http/clock';
import type { TBookSettings } from './settings';
import { lowerCasedAddress } from '../mail-address';
import type { LtiLaunch, Person, SignInRequest, SignIns } from '../source';
import type { TBookClient } from './client';
import type { Fields } from './fields';
import { baseString, signature, type Param } from './oauth1';

/** As T-book states it. */
const linkSeconds = 60;

/** The link of `/authToken` and the launch of LTI 1.1. What they give is a credential: it is handed on, and not kept. */
export function tBookSignIns(
  client: TBookClient,
  settings: TBookSettings,
  clock: Clock = systemClock,
): SignIns {
  return {
    async link(request, call) {
      const answer = await client.authToken(linkFields(request), call);
      if (!['1', 'true'].includes(String(answer.success)))
        throw new RefusedError(`${client.system.name} gives no sign-in link for this user`, 200);
      return { url: trusted(answer.authentificationUrl, client, settings), expiresInSeconds: linkSeconds };
    },

    async ltiLaunch(launch) {
      const url = `${settings.baseUrl}/lti`;
      const params: Param[] = [
        ['lti_message_type', 'basic-lti-launch-request'],
        ['lti_version', 'LTI-1p0'],
        // LTI needs one; T-book, which is opened as a whole, does not look at it.
        ['resource_link_id', 't-book'],
        ['custom_data', JSON.stringify(customData(launch))],
        ...(launch.debug ? [['custom_debug', '1'] as const] : []),
        ['oauth_callback', 'about:blank'],
        ['oauth_consumer_key', settings.ltiKey ?? settings.clientId ?? ''],
        ['oauth_nonce', randomBytes(16).toString('hex')],
        ['oauth_signature_method', 'HMAC-SHA1'],
        ['oauth_timestamp', String(Math.floor(clock.now() / 1000))],
        ['oauth_version', '1.0'],
      ];
      const secret = await readLtiSecret(settings);
      const signed = signature(baseString('POST', url, params), secret);
      return { url, fields: { ...Object.fromEntries(params), oauth_signature: signed } };
    },
  };
}

/** LTI has a secret of its own: the client secret would be refused. */
async function readLtiSecret({ id, ltiSecret }: TBookSettings): Promise<string> {
  if (ltiSecret) return ltiSecret.read();
  const message = 'is missing: LTI has a secret of its own, marked “For LTI” on the API page of T-book';
  throw new SettingsError([{ setting: `LMS__${id}__ltiSecret`, message }]);
}

function linkFields({ email, externalId, role = 'learner', errorUrl }: SignInRequest): Fields {
  if ((email === undefined) === (externalId === undefined))
    throw new InputError('email', 'or externalId must be given, and not both');
  if (email !== undefined && !lowerCasedAddress(email))
    throw new InputError('email', 'must be a mail address');
  if (!URL.canParse(errorUrl) || !/^https?:$/.test(new URL(errorUrl).protocol))
    throw new InputError('errorUrl', 'must be an address such as https://portal.example.com/sign-in-failed');
  return [
    ['userType', role === 'teacher' ? '2' : '1'],
    ['connectionType', email === undefined ? 'id' : 'login'],
    ['identifier', email?.trim() ?? externalId ?? ''],
    ['errorUrl', errorUrl],
  ];
}

/** The fields of `custom_data` under T-book's names. Minified, since a line break would be signed in two ways. */
function customData({
  entityId,
  learner,
  filter,
  location,
  assignation,
}: LtiLaunch): Record<string, unknown> {
  const login = lowerCasedAddress(learner.email);
  if (!login) throw new InputError('learner.email', 'must be a mail address');
  if (!/^\d{1,15}$/.test(entityId)) throw new InputError('entityId', 'must be a number');
  const { civility, lastName, firstName, externalId } = learner;
  for (const [field, value] of Object.entries({ civility, lastName, firstName } satisfies Partial<Person>))
    if (!value?.trim()) throw new InputError(`learner.${field}`, 'is missing');
  return {
    entityID: entityId,
    connectionType: externalId === undefined ? 'login' : 'id',
    login: learner.email.trim(),
    ...(externalId !== undefined && { externalID: externalId }),
    civility,
    lastname: lastName,
    firstname: firstName,
    ...(filter && { filter }),
    ...(location && { location }),
    ...(assignation !== undefined && { assignation: assignation ? 1 : 0 }),
  };
}

/**
 * The link as it may be handed on. T-book's sample has http; the page is the same by https, and the link a credential.
 * @throws PayloadError when it leads to another host than the API's.
 */
function trusted(text: string, client: TBookClient, { baseUrl }: TBookSettings): string {
  const base = new URL(baseUrl);
  if (!URL.canParse(text)) throw client.wrong('gave a sign-in link that is not an address');
  const url = new URL(text);
  if (url.host !== base.host)
    throw client.wrong(`gave a sign-in link to another host; check ${client.system.baseUrlSetting}`);
  url.protocol = base.protocol;
  return url.href;
}
