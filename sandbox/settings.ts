import type { Academy } from './academy-of-mine';
import { academyOperations } from './academy-of-mine/options';
import type { Khalibre } from './khalibre';
import type { Sandbox } from './sandbox';
import type { TBook } from './t-book';

/** The settings that lead LMS Bridge to a sandbox. */
export function sandboxSettings(sandbox: Sandbox): Record<string, string> {
  const edx = sandbox.openEdx.state.options;
  const ld = sandbox.ldServices.state.options;
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
    LD__baseUrl: sandbox.ldServices.url,
    LD__auth: 'oauth2',
    LD__tokenUrl: `${sandbox.ldServices.url}/oauth2/token`,
    LD__clientId: ld.clientId,
    LD__clientSecret: ld.clientSecret,
    LD__scope: `${ld.resource}/.default`,
    LD__subscriptionKey: ld.subscriptionKey,
    LD__submittedBy: 'lms-bridge@example.com',
  };
}

const sourceIds = ({ khalibre, academy, tBook }: Sandbox): string[] => [
  'openedx',
  ...(khalibre ? ['khalibre'] : []),
  ...(academy ? ['academyofmine'] : []),
  ...(tBook ? ['tbook'] : []),
];

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
