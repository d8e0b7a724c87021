import type { Academy } from './academy-of-mine';
import { academyOperations } from './academy-of-mine/options';
import type { Graph } from './graph';
import type { Khalibre } from './khalibre';
import type { LdServices } from './ld-services';
import type { Lrs } from './lrs';
import type { Sandbox } from './sandbox';
import type { TBook } from './t-book';
import type { WebhookReceiver } from './webhook-receiver';

/** The settings that lead LMS Bridge to a sandbox. */
export function sandboxSettings(sandbox: Sandbox): Record<string, string> {
  const edx = sandbox.openEdx.state.options;
  return {
    LMS_SOURCES: sourceIds(sandbox).join(','),
    LMS__openedx__kind: 'open-edx',
    LMS__openedx__baseUrl: sandbox.openEdx.url,
    LMS__openedx__sourceSystemId: '16',
    LMS__openedx__clientId: edx.clientId,
    LMS__openedx__clientSecret: edx.clientSecret,
    LMS__openedx__username: edx.username,
    LMS__openedx__timeZone: edx.timeZone,
    ...(edx.apiKey === undefined ? {} : { LMS__openedx__apiKey: edx.apiKey }),
    ...(sandbox.khalibre && khalibreSettings(sandbox.khalibre)),
    ...(sandbox.academy && academySettings(sandbox.academy)),
    ...(sandbox.tBook && tBookSettings(sandbox.tBook)),
    DESTINATIONS: destinationIds(sandbox).join(','),
    ...ldSettings('LD__', sandbox.ldServices),
    ...(sandbox.lrs && lrsSettings(sandbox.lrs)),
    ...(sandbox.webhookReceiver && webhookSettings(sandbox.webhookReceiver)),
    ...(sandbox.graph && {
      DEST__viva__kind: 'viva-learning',
      ...graphSettings('DEST__viva__', sandbox.graph),
    }),
  };
}

/** @param prefix of the names, `LD__` or `DEST__<id>__`. */
export function ldSettings(prefix: string, { url, state }: LdServices): Record<string, string> {
  const { clientId, clientSecret, resource, subscriptionKey } = state.options;
  const values = {
    baseUrl: url,
    auth: 'oauth2',
    tokenUrl: `${url}/oauth2/token`,
    clientId,
    clientSecret,
    scope: `${resource}/.default`,
    subscriptionKey,
    submittedBy: 'lms-bridge@example.com',
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}

/** @param prefix of the names, `DEST__<id>__`. */
export function graphSettings(prefix: string, { url, tokenUrl, options }: Graph): Record<string, string> {
  const { providerId, clientId, clientSecret, resource } = options;
  const values = {
    providerId,
    baseUrl: url,
    auth: 'oauth2',
    tokenUrl,
    clientId,
    clientSecret,
    scope: `${resource}/.default`,
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}

const sourceIds = ({ khalibre, academy, tBook }: Sandbox): string[] => [
  'openedx',
  ...(khalibre ? ['khalibre'] : []),
  ...(academy ? ['academyofmine'] : []),
  ...(tBook ? ['tbook'] : []),
];

const destinationIds = ({ lrs, webhookReceiver, graph }: Sandbox): string[] => [
  'ld',
  ...(lrs ? ['lrs'] : []),
  ...(webhookReceiver ? ['webhook'] : []),
  ...(graph ? ['viva'] : []),
];

const lrsSettings = ({ url, options: { key, secret } }: Lrs): Record<string, string> => ({
  DEST__lrs__kind: 'xapi',
  DEST__lrs__baseUrl: url,
  DEST__lrs__key: key,
  DEST__lrs__secret: secret,
});

const webhookSettings = ({ url, options: { secret } }: WebhookReceiver): Record<string, string> => ({
  DEST__webhook__kind: 'signed-webhook',
  DEST__webhook__url: url,
  DEST__webhook__secret: secret,
});

function khalibreSettings({ url, state }: Khalibre): Record<string, string> {
  const { clientId, clientSecret, webhook } = state.options;
  return {
    LMS__khalibre__kind: 'khalibre',
    LMS__khalibre__baseUrl: url,
    LMS__khalibre__sourceSystemId: '17',
    LMS__khalibre__clientId: clientId,
    LMS__khalibre__clientSecret: clientSecret,
    ...(webhook?.secret === undefined ? {} : { LMS__khalibre__webhookSecret: webhook.secret }),
  };
}

function academySettings({ url, state }: Academy): Record<string, string> {
  return {
    LMS__academyofmine__kind: 'academy-of-mine',
    LMS__academyofmine__baseUrl: url,
    LMS__academyofmine__sourceSystemId: '18',
    LMS__academyofmine__accessToken: state.options.accessToken,
    LMS__academyofmine__timeZone: state.options.timeZone,
    LMS__academyofmine__operations: JSON.stringify(academyOperations),
  };
}

function tBookSettings({ url, state }: TBook): Record<string, string> {
  const { clientId, clientSecret, ltiSecret } = state.options;
  return {
    LMS__tbook__kind: 't-book',
    LMS__tbook__baseUrl: `${url}/api`,
    LMS__tbook__sourceSystemId: '19',
    LMS__tbook__clientId: clientId,
    LMS__tbook__clientSecret: clientSecret,
    LMS__tbook__ltiSecret: ltiSecret,
  };
}
